using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

public class AtomicFileTests
{
    TemporaryFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    // Counts every step and every write; the one whose turn it is fails as a full disk would.
    sealed class FailingSteps(int failAt) : FileSteps
    {
        public int Count { get; private set; }

        public bool Renamed { get; private set; }

        public void Step()
        {
            if (Count++ == failAt)
                throw new IOException("No space left on device");
        }

        public override Stream Create(string path)
        {
            Step();
            return new FailingStream(base.Create(path), this);
        }

        public override void FlushToDisk(Stream stream)
        {
            Step();
            base.FlushToDisk(((FailingStream)stream).Inner);
        }

        public override void Rename(string from, string to)
        {
            Step();
            base.Rename(from, to);
            Renamed = true;
        }
    }

    sealed class FailingStream(Stream inner, FailingSteps steps) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            steps.Step();
            inner.Write(buffer, offset, count);
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }

    [Test]
    public void Whatever_step_fails_the_old_file_stays_and_nothing_else()
    {
        string path = _folder.File("x.safetensors", "old");
        var options = new SafetensorsWriteOptions { RecordDigests = true };
        SafetensorsTensor[] tensors = [.. Enumerable.Range(0, 4).Select(i =>
            new SafetensorsTensor($"t{i}", SafetensorsType.U8, [100], new byte[100]))];
        for (int failAt = 0; ; failAt++)
        {
            var steps = new FailingSteps(failAt);
            try
            {
                SafetensorsWriter.Write(path, tensors, options, steps);
            }
            catch (CheckpointException e)
            {
                Assert.That(e.Message, Does.Contain("x.safetensors").And.Contain("No space left"));
                Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
                Assert.That(_folder.Names(), Has.Length.EqualTo(1));
                continue;
            }
            // Create, header, four tensors, the header again, flush, rename.
            Assert.That(failAt, Is.EqualTo(9));
            break;
        }
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.That(file.VerifyDigests(), Is.EqualTo(4));
    }

    [Test]
    public void Whatever_step_fails_before_the_first_renaming_an_old_sharded_checkpoint_stays()
    {
        SafetensorsTensor[] Tensors(byte value) => [.. Enumerable.Range(0, 3).Select(i =>
            new SafetensorsTensor($"t{i}", SafetensorsType.U8, [1], new[] { value }))];
        SafetensorsWriter.WriteSharded(_folder.Root, "m", Tensors(1), 1);
        string[] names = _folder.Names();
        int renamings = 0;
        for (int failAt = 0; ; failAt++)
        {
            var steps = new FailingSteps(failAt);
            try
            {
                ShardWriter.Write(_folder.Root, "m", Tensors(2), 1, new SafetensorsWriteOptions(), steps);
                break;
            }
            catch (CheckpointException)
            {
                Assert.That(_folder.Names(), Is.EqualTo(names));
                using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder.Root);
                byte[] value = new byte[1];
                checkpoint.ReadInto("t2", value);
                if (steps.Renamed)
                    renamings++;
                else
                    Assert.That(value[0], Is.EqualTo(1));
            }
        }
        Assert.That(renamings, Is.EqualTo(3));
    }

    [Test]
    public void An_exception_of_the_content_passes_through()
    {
        string path = _folder.File("x", "old");
        Assert.That(() => AtomicFile.Write(path, static stream =>
        {
            stream.Write("part"u8);
            throw new InvalidOperationException("mine");
        }), Throws.InvalidOperationException);
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(_folder.Names(), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_path_that_cannot_be_written_is_named()
    {
        Assert.That(() => AtomicFile.Write(Path.Combine(_folder.Root, "no", "x"), static _ => { }),
            Throws.InstanceOf<CheckpointException>().With.Message.Contains("no"));
        Directory.CreateDirectory(_folder.File("folder"));
        Assert.That(() => AtomicFile.Write(_folder.File("folder"), static _ => { }),
            Throws.InstanceOf<CheckpointException>().With.Message.Contains("a folder has that name"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "folder" }));
    }

    [Test]
    public void The_mode_of_the_replaced_file_is_kept()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows files have no mode.");
            return;
        }
        string path = _folder.File("x", "old");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.Write(path, static stream => stream.Write("new"u8));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
    }
}
