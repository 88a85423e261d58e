namespace SuTI.Kernels.Tests;

/// <summary>Attention and its gradients by the definition, with whole rows of scores in double.</summary>
static class AttentionReference
{
    /// <summary>o, log-sum-exp, dq, dk, dv, dk2, dv2, dbias, dense in (N, L, H, D).</summary>
    public static double[][] Run(AttentionCase c)
    {
        var (batch, heads, queries, keys, headDim, extraKeys) = c.Sizes;
        int allKeys = keys + extraKeys;
        double[] q = c.Q, dO = c.DO, bias = c.Bias, o = new double[q.Length];
        double[] logSumExp = new double[batch * heads * queries];
        double[] k = Join(c, c.K, c.ExtraK), v = Join(c, c.V, c.ExtraV);
        double[] dQ = new double[q.Length], dK = new double[k.Length], dV = new double[v.Length];
        double[] dBias = new double[bias.Length];
        byte[] mask = c.Mask;
        for (int n = 0; n < batch; n++)
        {
            for (int h = 0; h < heads; h++)
            {
                for (int i = 0; i < queries; i++)
                {
                    int qAt = ((((n * queries) + i) * heads) + h) * headDim;
                    int KeyAt(int j) => ((((n * allKeys) + j) * heads) + h) * headDim;
                    int biasSample = c.BiasSharesSamples ? 0 : n, biasHead = c.BiasSharesHeads ? 0 : h;
                    int biasAt = (((biasSample * (c.BiasSharesHeads ? 1 : heads)) + biasHead) * queries) + i;
                    var p = new double[allKeys];
                    for (int j = 0; j < allKeys; j++)
                    {
                        bool isHidden = (mask.Length > 0 && mask[(n * allKeys) + j] == 0) || (c.IsCausal && j > i);
                        double score = c.Scale * Dot(q, qAt, k, KeyAt(j), headDim);
                        double added = bias.Length > 0 ? bias[(biasAt * allKeys) + j] : 0;
                        p[j] = isHidden ? double.NegativeInfinity : score + added;
                    }
                    double max = p.Append(double.NegativeInfinity).Max();
                    double sum = p.Sum(s => double.IsNegativeInfinity(s) ? 0 : Math.Exp(s - max));
                    int row = (((n * heads) + h) * queries) + i;
                    logSumExp[row] = sum == 0 ? double.NegativeInfinity : max + Math.Log(sum);
                    for (int j = 0; j < allKeys; j++)
                        p[j] = double.IsNegativeInfinity(p[j]) ? 0 : Math.Exp(p[j] - max) / sum;

                    double delta = 0;
                    for (int j = 0; j < allKeys; j++)
                    {
                        delta += p[j] * Dot(dO, qAt, v, KeyAt(j), headDim);
                        for (int d = 0; d < headDim; d++)
                            o[qAt + d] += p[j] * v[KeyAt(j) + d];
                    }
                    for (int j = 0; j < allKeys; j++)
                    {
                        double dScore = p[j] * (Dot(dO, qAt, v, KeyAt(j), headDim) - delta);
                        if (bias.Length > 0)
                            dBias[(biasAt * allKeys) + j] += dScore;
                        for (int d = 0; d < headDim; d++)
                        {
                            dV[KeyAt(j) + d] += p[j] * dO[qAt + d];
                            dK[KeyAt(j) + d] += c.Scale * dScore * q[qAt + d];
                            dQ[qAt + d] += c.Scale * dScore * k[KeyAt(j) + d];
                        }
                    }
                }
            }
        }
        return [o, logSumExp, dQ, Part(c, dK, false), Part(c, dV, false), Part(c, dK, true), Part(c, dV, true), dBias];
    }

    static double Dot(double[] a, int aAt, double[] b, int bAt, int length)
    {
        double sum = 0;
        for (int d = 0; d < length; d++)
            sum += a[aAt + d] * b[bAt + d];
        return sum;
    }

    static double[] Join(AttentionCase c, double[] first, double[] second)
    {
        int width = c.Sizes.Heads * c.Sizes.HeadDim;
        return [.. Enumerable.Range(0, c.Sizes.Batch).SelectMany(n =>
            first.Skip(n * c.Sizes.Keys * width).Take(c.Sizes.Keys * width)
                .Concat(second.Skip(n * c.Sizes.ExtraKeys * width).Take(c.Sizes.ExtraKeys * width)))];
    }

    static double[] Part(AttentionCase c, double[] joined, bool isExtra)
    {
        int width = c.Sizes.Heads * c.Sizes.HeadDim, all = (c.Sizes.Keys + c.Sizes.ExtraKeys) * width;
        int skip = isExtra ? c.Sizes.Keys * width : 0, take = (isExtra ? c.Sizes.ExtraKeys : c.Sizes.Keys) * width;
        return [.. Enumerable.Range(0, c.Sizes.Batch).SelectMany(n => joined.Skip((n * all) + skip).Take(take))];
    }
}
