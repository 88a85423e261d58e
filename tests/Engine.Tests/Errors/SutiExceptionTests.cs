namespace SuTI.Engine.Tests.Errors;

public class SutiExceptionTests
{
    [TestCase(null, null, "group_norm: channels must divide into 32 groups.")]
    [TestCase("32", null, "group_norm: channels must divide into 32 groups; expected 32.")]
    [TestCase(null, "48", "group_norm: channels must divide into 32 groups; found 48.")]
    [TestCase("32", "48", "group_norm: channels must divide into 32 groups; expected 32, found 48.")]
    public void The_message_has_one_form(string? expected, string? found, string message) => Assert.That(
        new SutiException("group_norm", "channels must divide into 32 groups", expected, found).Message,
        Is.EqualTo(message));

    [Test]
    public void A_checkpoint_error_names_file_and_tensor() => Assert.That(
        new CheckpointException("x.safetensors", "the tensor must be in the file", tensor: "net.weight").Message,
        Is.EqualTo("x.safetensors, tensor 'net.weight': the tensor must be in the file."));

    [Test]
    public void Text_of_a_file_is_made_printable()
    {
        Assert.That(CheckpointException.Printable("a\u001b[2J\u202eb"), Is.EqualTo("a\\u001b[2J\\u202eb"));
        Assert.That(CheckpointException.Printable(new string('a', 500)), Has.Length.EqualTo(201));
    }
}
