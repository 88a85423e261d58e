using SuTI.Model.Nano;

namespace SuTI.Model.Tests.Nano;

public class ContrastiveLossTests : LeakCheck
{
    [Test]
    public void Same_label_is_the_loss_of_the_paper()
    {
        using var scope = TensorScope.Open();
        double[,] z = { { 1, 0 }, { 0.6, 0.8 }, { 0, 1 }, { -0.6, 0.8 }, { -1, 0 } };
        long[] labels = [3, 3, 8, 8, 3];
        const double scale = 4;
        double expected = 0;
        for (int i = 0; i < 5; i++)
        {
            double all = Enumerable.Range(0, 5).Where(a => a != i).Sum(a => Math.Exp(scale * Dot(i, a)));
            expected -= Enumerable.Range(0, 5).Where(p => p != i && labels[p] == labels[i])
                .Average(p => Math.Log(Math.Exp(scale * Dot(i, p)) / all)) / 5;
        }
        var embeddings = Tensor.From([.. z.Cast<double>()], [5, 2]);
        Assert.That(ContrastiveLosses.SameLabel(embeddings, labels, scale).Item(), Is.EqualTo(expected).Within(1e-6));

        double Dot(int i, int j) => (z[i, 0] * z[j, 0]) + (z[i, 1] * z[j, 1]);
    }

    [Test]
    public void Pairs_leave_out_what_a_text_describes_as_well()
    {
        using var scope = TensorScope.Open();
        double[,] s = { { 2, 1, -1 }, { 0, 3, 0.5 }, { 1.5, 0, 1 } };
        // Text 0 describes image 2 too; image 2 is then not asked against text 0 either.
        double expected = 0;
        for (int i = 0; i < 3; i++)
        {
            double texts = Enumerable.Range(0, 3).Where(j => (i, j) != (0, 2)).Sum(j => Math.Exp(s[i, j]));
            double images = Enumerable.Range(0, 3).Where(j => (j, i) != (0, 2)).Sum(j => Math.Exp(s[j, i]));
            expected += (Math.Log(texts) + Math.Log(images) - (2 * s[i, i])) / 6;
        }
        var logits = Tensor.From([.. s.Cast<double>()], [3, 3]);
        Assert.That(ContrastiveLosses.Pairs(logits, (i, j) => (i, j) == (0, 2)).Item(), Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void What_has_no_like_is_refused()
    {
        using var scope = TensorScope.Open();
        Assert.That(() => ContrastiveLosses.SameLabel(Tensor.Zeros([3, 2]), [1, 1, 2], 1), Throws.InstanceOf<SutiException>()
            .With.Message.Contains("label 2"));
        Assert.That(() => ContrastiveLosses.SameLabel(Tensor.Zeros([3, 2]), [1, 1], 1), Throws.InstanceOf<ShapeException>());
        Assert.That(() => ContrastiveLosses.Pairs(Tensor.Zeros([3, 2]), (_, _) => false), Throws.InstanceOf<ShapeException>());
    }
}
