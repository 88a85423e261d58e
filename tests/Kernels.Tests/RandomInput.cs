using System.Numerics;

namespace SuTI.Kernels.Tests;

/// <summary>Inputs for tests.</summary>
static class RandomInput
{
    /// <summary>Uniform numbers in [−1, 1).</summary>
    public static T[] Uniform<T>(Random random, int count) where T : INumberBase<T>
    {
        var values = new T[count];
        for (int i = 0; i < count; i++)
            values[i] = T.CreateChecked((random.NextDouble() * 2) - 1);
        return values;
    }
}
