using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

public class AtomicFolderTests
{
    TemporaryFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    // As a process that dies at one step: neither it nor any step after it, cleaning up included, is done.
    sealed class DyingSteps(int lastStep) : FileSteps
    {
        public int Count { get; private set; }

        void Step()
        {
            if (Count++ >= lastStep)
                throw new IOException("dead");
        }

        public override Stream Create(string path)
        {
            Step();
            return base.Create(path);
        }

        public override void Rename(string from, string to)
        {
            Step();
            base.Rename(from, to);
        }

        public override void Delete(string path)
        {
            Step();
            base.Delete(path);
        }

        public override void CreateFolder(string path)
        {
            Step();
            base.CreateFolder(path);
        }

        public override void MoveFolder(string from, string to)
        {
            Step();
            base.MoveFolder(from, to);
        }

        public override void DeleteFolder(string path)
        {
            Step();
            base.DeleteFolder(path);
        }
    }

    [Test]
    public void Whenever_the_writer_dies_the_folder_is_whole_or_absent_and_the_rest_is_swept([Values] bool replaces)
    {
        string path = _folder.File("step");
        for (int last = 0; ; last++)
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            if (replaces)
                AtomicFolder.Write(path, folder => Fill(folder, "old"));
            bool died = false;
            using (FileSteps.Use(new DyingSteps(last)))
            {
                try
                {
                    AtomicFolder.Write(path, folder => Fill(folder, "new"));
                }
                catch (CheckpointException failure)
                {
                    Assert.That(failure.Message, Does.Contain("dead"));
                    died = true;
                }
            }
            AtomicFolder.Sweep(_folder.Root);
            Assert.That(_folder.Names(), Is.SubsetOf(new[] { "step" }));
            if (Directory.Exists(path))
                Assert.That(Content(path), Is.EqualTo("old old").Or.EqualTo("new new"));
            if (died)
                continue;
            // The folder, two files of two steps each, the renaming, and the clearing away of what was replaced.
            Assert.That(last, Is.GreaterThanOrEqualTo(6));
            Assert.That(Content(path), Is.EqualTo("new new"));
            break;
        }
    }

    [Test]
    public void A_step_that_fails_leaves_the_old_folder_and_nothing_else()
    {
        string path = _folder.File("step");
        AtomicFolder.Write(path, folder => Fill(folder, "old"));
        Assert.That(() => AtomicFolder.Write(path, folder =>
        {
            Fill(folder, "new");
            throw new IOException("No space left on device");
        }), Throws.TypeOf<CheckpointException>().With.Message.Contains("No space left").And.Message.Contains("step"));
        Assert.That(Content(path), Is.EqualTo("old old"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "step" }));
    }

    [Test]
    public void Deleted_folders_are_gone_and_other_hidden_files_are_not_swept()
    {
        string path = _folder.File("step");
        AtomicFolder.Write(path, folder => Fill(folder, "old"));
        _folder.File(".suti-other", "mine");
        AtomicFolder.Delete(path);
        Assert.That(AtomicFolder.Sweep(_folder.Root), Is.Zero);
        Assert.That(_folder.Names(), Is.EqualTo(new[] { ".suti-other" }));
        Assert.That(() => AtomicFolder.Delete(path), Throws.TypeOf<CheckpointException>());
    }

    static void Fill(string folder, string text)
    {
        foreach (string name in (string[])["a", "b"])
            AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(text)));
    }

    static string Content(string folder)
        => File.ReadAllText(Path.Combine(folder, "a")) + " " + File.ReadAllText(Path.Combine(folder, "b"));
}
