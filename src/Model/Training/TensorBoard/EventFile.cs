using SuTI.Engine;
using SuTI.Model.Text;

namespace SuTI.Model.Training;

/// <summary>
/// Scalars and pictures for TensorBoard: records that hold the messages Event, Summary and Summary.Value of
/// tensorflow's event.proto and summary.proto.
/// </summary>
public sealed class EventFile : IDisposable
{
    const uint WallTimeField = 1, StepField = 2, VersionField = 3, SummaryField = 5;
    const uint ValueField = 1, TagField = 1, ScalarField = 2, ImageField = 4;
    const uint HeightField = 1, WidthField = 2, ColoursField = 3, EncodedField = 4;
    const long ThreeColours = 3;

    readonly string _path;
    readonly FileStream _file;
    readonly TimeProvider _time;

    EventFile(string path, FileStream file, TimeProvider time) => (_path, _file, _time) = (path, file, time);

    /// <summary>Opens a file to go on after a step: events of later steps, and one that was cut off, are removed.</summary>
    /// <param name="path">Its name holds "tfevents", by which TensorBoard finds it.</param>
    /// <exception cref="CheckpointException">The file system refused it.</exception>
    public static EventFile Open(string path, int lastStep, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        EventFile? events = null;
        Guard(path, () =>
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
            events = new(path, file, time ?? TimeProvider.System);
            long end = 0;
            while (RecordFraming.Read(file) is { } record && StepOf(record, path) <= lastStep)
                end = file.Position;
            file.SetLength(end);
            file.Position = end;
            if (end == 0)
                events.Write(events.Event(0).Text(VersionField, "brain.Event:2"));
        }, () => events?.Dispose());
        return events!;
    }

    /// <summary>One event with a scalar for each metric.</summary>
    /// <exception cref="CheckpointException">The file system refused it.</exception>
    public void Scalars(int step, IEnumerable<KeyValuePair<string, double>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var summary = new ProtobufWriter();
        foreach (var (tag, value) in metrics)
            summary.Message(ValueField, new ProtobufWriter().Text(TagField, tag).Real32(ScalarField, (float)value));
        Append(step, summary);
    }

    /// <summary>One event with a picture, under the tag <c>samples/NAME</c>.</summary>
    /// <inheritdoc cref="Scalars" path="/exception"/>
    public void Picture(int step, SamplePicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var image = new ProtobufWriter().Whole(HeightField, picture.Height).Whole(WidthField, picture.Width)
            .Whole(ColoursField, ThreeColours).Bytes(EncodedField, picture.Png.Span);
        Append(step, new ProtobufWriter().Message(ValueField,
            new ProtobufWriter().Text(TagField, $"samples/{picture.Name}").Message(ImageField, image)));
    }

    public void Dispose() => _file.Dispose();

    void Append(int step, ProtobufWriter summary)
        => Guard(_path, () => Write(Event(step).Message(SummaryField, summary)), () => { });

    ProtobufWriter Event(int step)
        => new ProtobufWriter().Real64(WallTimeField, _time.GetUtcNow().ToUnixTimeMilliseconds() / 1e3).Whole(StepField, step);

    void Write(ProtobufWriter message)
    {
        RecordFraming.Write(_file, message.Written);
        _file.Flush();
    }

    // What is no event counts as the end of the file.
    static long StepOf(byte[] record, string path)
    {
        try
        {
            var message = new ProtobufReader(record, path);
            while (message.Next())
            {
                if (message.Field == StepField)
                    return message.Whole();
                message.Skip();
            }
            return 0;
        }
        catch (SutiException)
        {
            return long.MaxValue;
        }
    }

    static void Guard(string path, Action use, Action undo)
    {
        try
        {
            use();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            undo();
            throw new CheckpointException(path, "events must be writable", found: failure.Message.TrimEnd('.'), inner: failure);
        }
    }
}
