using System.Collections.Concurrent;
using System.Diagnostics;
using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine.Tests.Cuda.Ptx;

/// <summary>
/// Every kernel variant that this run has used, compiled by clang for sm_80 and sm_90, instruction by instruction: a wrong register,
/// modifier or size in an asm string is found without the vendor's assembler, and arrays that spill into local memory are too.
/// </summary>
[Order(2)]
public class PtxTests
{
    const string Clang = "clang-19";

    // Kernels whose local memory is meant: file and entry, with the reason.
    static readonly Dictionary<string, string> s_localMemory = new(StringComparer.Ordinal);

    [Test]
    public void Kernels_in_use_are_made_of_known_instructions()
    {
        SkipWithoutClang();
        var watch = Stopwatch.StartNew();
        // Without the catalogue before this, at least what it takes to move numbers.
        using (TensorScope.Open("ptx"))
            Tensor.Zeros([3], DType.BFloat16, Device.Cuda()).Cast(DType.Float32);
        var variants = Device.Cuda().Kernels.Loaded.Select(module => module.Compiled.Variant).Where(variant => variant.File.Length > 0).ToList();
        var wrong = new ConcurrentBag<string>();
        int instructions = 0;
        Parallel.ForEach(variants.SelectMany(variant => (int[])[80, 90], (variant, target) => (variant, target)), work =>
        {
            var (ptx, errors) = Compile(KernelCompiler.Text(work.variant), work.variant.Constants, work.target);
            string name = $"{work.variant} sm_{work.target}";
            if (errors.Length > 0)
                wrong.Add($"{name}: {errors}");
            else
                Interlocked.Add(ref instructions, Check(name, work.variant.File, ptx, work.target, wrong));
        });
        TestContext.Out.WriteLine($"{variants.Count} variants for sm_80 and sm_90, {instructions} instructions, {watch.Elapsed.TotalSeconds:F1} s");
        Assert.That(wrong.Order(StringComparer.Ordinal), Is.Empty, string.Join('\n', wrong.Order(StringComparer.Ordinal).Take(20)));
    }

    [TestCase("""asm("add.f32 %0, %1, %2;" : "=r"(u) : "f"(x), "f"(x));""", "operand 1, %r", "is not .f32")]
    [TestCase("""asm("mov.b32 %0, %1;" : "=r"(u) : "h"(h));""", "operand 1, %r", "is not {2}i16")]
    [TestCase("""asm("cvt.rn.bf16.f32 %0, %1;" : "=r"(u) : "f"(x));""", "operand 1, %r", "is not i16")]
    [TestCase("""asm("cvt.f16.f32 %0, %1;" : "=h"(h) : "f"(x));""", "no rule knows", "cvt.f16.f32")]
    [TestCase("""asm("cvt.rn.f16x2.f32 %0, %1;" : "=r"(u) : "f"(x));""", "has 2 operands, takes 3", "")]
    [TestCase("""asm("fma.rn.f32 %0, %1, %2;" : "=f"(x) : "f"(x), "f"(x));""", "has 3 operands, takes 4", "")]
    [TestCase("""asm("fma.f32 %0, %1, %2, %3;" : "=f"(x) : "f"(x), "f"(x), "f"(x));""", "no rule knows", "")]
    [TestCase("""asm volatile("cp.async.cg.shared.global [%0], [%1], 8, %2;" :: "r"(u), "l"(p), "r"(u));""", "operand 3, 8", "is not #16")]
    [TestCase("""asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(u), "r"(u), "r"(u));""", "operand 2, [%r", "is not [a]")]
    [TestCase("""asm volatile("cp.async.wait_group;");""", "has 0 operands, takes 1", "")]
    [TestCase("""asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1}, [%2];" : "=r"(u), "=r"(v) : "r"(u));""", "is not {4}i32", "")]
    [TestCase("""asm volatile("ldmatrix.sync.aligned.m8n8.trans.x2.shared.b16 {%0,%1}, [%2];" : "=r"(u), "=r"(v) : "r"(u));""", "no rule knows", "")]
    [TestCase("""asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%0,%0,%0}, {%1,%1}, {%1,%1}, {%0,%0,%0,%0};" : "+f"(x) : "r"(u));""", "is not {4}i32", "")]
    [TestCase("""asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.f16.f32 {%0,%0,%0,%0}, {%1,%1,%1,%1}, {%1,%1}, {%0,%0,%0,%0};" : "+f"(x) : "r"(u));""", "no rule knows", "")]
    [TestCase("""asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%0,%0,%0}, {%0,%0,%0,%0}, {%1,%1}, {%0,%0,%0,%0};" : "+f"(x) : "r"(u));""", "is not {4}i32", "")]
    [TestCase("""asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f;" : "=r"(v) : "r"(u), "r"(u));""", "has 4 operands, takes 5", "")]
    [TestCase("""asm volatile("shfl.bfly.b32 %0, %1, %2, 0x1f;" : "=r"(v) : "r"(u), "r"(u));""", "no rule knows", "")]
    [TestCase("""asm volatile("{ .reg .b32 q; setp.ne.u32 q, %0, 0; }" :: "r"(u));""", "operand 1, q of type .b32, is not q", "")]
    [TestCase("""asm volatile("{ .reg .pred q; setp.ne.u32 q, %0, 0; vote.sync.ballot.b32 %0, q; }" : "+r"(u));""", "has 2 operands, takes 3", "")]
    [TestCase("""asm volatile("@%0 bra DONE; DONE:" :: "r"(u));""", "the guard %r", "is no predicate")]
    [TestCase("""asm("add.s32 %0, %0, undeclared;" : "+r"(u));""", "operand 3, undeclared, is not .s32 or a number", "")]
    [TestCase("""asm volatile("fence.proxy.async;");""", "needs sm_90", "")]
    [TestCase("""asm volatile("bar.sync 0");""", "line ", "")]
    [TestCase("""asm volatile("atom.global.add.f16 %0, [%1], %0;" : "+h"(h) : "l"(p));""", "no rule knows", "")]
    [TestCase("""asm volatile("st.global.v4.f32 [%0], {%1,%1};" :: "l"(p), "f"(x));""", "is not {n}.f32", "")]
    [TestCase("""asm volatile("ld.global.f32 %0, %1;" : "=f"(x) : "l"(p));""", "operand 2, %rd", "is not [a]")]
    [TestCase("""float a[64]; for (u32 i = 0; i < 64; i++) a[i] = p[i]; for (u32 i = 0; i < v; i++) a[(i * u) & 63] += a[(i * h) & 63]; x = a[u & 63];""", "256 bytes of local memory", "")]
    public void Errors_in_asm_strings_are_found(string statement, string what, string detail)
    {
        SkipWithoutClang();
        string kernel = $$"""
            #include "prelude.cuh"
            KERNEL(planted)(float* p, u32* q) {
                float x = p[0];
                u32 u = q[0], v = q[1];
                u16 h = (u16)u;
                {{statement}}
                p[threadIdx.x] = x, q[0] = u + v + h;
            }
            """;
        var (ptx, errors) = Compile(KernelText.Flatten("planted.cu", kernel), "", 80);
        Assert.That(errors, Is.Empty);
        var wrong = new ConcurrentBag<string>();
        Check("planted", "planted.cu", ptx, 80, wrong);
        Assert.That(wrong, Has.Count.GreaterThan(0).And.Some.Contains(what).And.Some.Contains(detail));
    }

    static int Check(string name, string file, string ptx, int target, ConcurrentBag<string> wrong)
    {
        PtxModule module;
        try
        {
            module = PtxModule.Parse(ptx);
        }
        catch (FormatException failure)
        {
            wrong.Add($"{name}: {failure.Message}");
            return 0;
        }
        foreach (var instruction in module.Instructions)
        {
            if (PtxRules.Check(instruction, target) is { } rule)
                wrong.Add($"{name}, {instruction.Function}, line {instruction.Line}: {instruction.Text}: {rule}");
        }
        foreach (var (function, bytes) in module.LocalBytes)
        {
            if (!s_localMemory.ContainsKey($"{file} {function}"))
                wrong.Add($"{name}, {function}: {bytes} bytes of local memory");
        }
        return module.Instructions.Count;
    }

    static (string Ptx, string Errors) Compile(string text, string constants, int target)
    {
        var start = new ProcessStartInfo(Clang) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] options =
        [
            "-x", "cuda", "--cuda-device-only", $"--cuda-gpu-arch=sm_{target}", "-nocudainc", "-nocudalib", "-std=c++17", "-O3",
            "-Wno-unknown-cuda-version", "-S", "-o", "-", "-",
        ];
        foreach (string option in constants.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(constant => "-D" + constant).Concat(options))
            start.ArgumentList.Add(option);
        using var clang = Process.Start(start)!;
        var errors = clang.StandardError.ReadToEndAsync();
        var ptx = clang.StandardOutput.ReadToEndAsync();
        clang.StandardInput.Write(text);
        clang.StandardInput.Close();
        clang.WaitForExit();
        return (ptx.Result, clang.ExitCode == 0 ? "" : errors.Result);
    }

    static void SkipWithoutClang()
    {
        bool isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, Clang)));
        if (isThere)
            return;
        Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Not.EqualTo("true"), $"{Clang} is not installed");
        Assert.Ignore($"{Clang} is not installed: apt-get install {Clang}");
    }
}
