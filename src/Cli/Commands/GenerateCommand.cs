using System.CommandLine;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;
using SuTI.Model.Nano;
using SuTI.Model.Subjects;

namespace SuTI.Cli.Commands;

/// <summary><c>suti generate</c>: pictures of a subject from its photographs, at once.</summary>
static class GenerateCommand
{
    static readonly Option<string> s_subject = new("--subject") { Description = "A folder of photographs; NAME.txt beside NAME.png or NAME.jpg is a caption.", Required = true };
    static readonly Option<string> s_prompt = new("--prompt") { Description = "What to draw: the subject in a scene.", Required = true };
    static readonly Option<string?> s_model = new("--model") { Description = "A folder with an apprentice; by default the one that comes with the program." };
    static readonly Option<string?> s_class = new("--class") { Description = "What the photographs show, where no caption says so; by default the folder's name." };
    static readonly Option<int> s_demos = new("--demos") { Description = "Photographs that are read, 0 to 8.", DefaultValueFactory = _ => 4 };
    static readonly Option<double> s_guidance = new("--guidance") { Description = "How much prompt and photographs are strengthened; 1 is not at all.", DefaultValueFactory = _ => SubjectSampling.UsualGuidance };
    static readonly Option<double> s_temperature = SamplingOptions.Temperature();
    static readonly Option<double> s_eta = new("--eta") { Description = "How much of its noise a step draws anew: 0 nothing, which is softer; 1 as much as was learnt.", DefaultValueFactory = _ => SubjectSampling.UsualEta };
    static readonly Option<double?> s_subjectGuidance = new("--subject-guidance") { Description = "The same of the photographs by themselves; then steps strengthen the one or the other by chance." };
    static readonly Option<double> s_interleave = new("--interleave") { Description = "With --subject-guidance: the share of steps for the prompt.", DefaultValueFactory = _ => 0.5 };
    static readonly Option<PictureFit> s_fit = new("--fit") { Description = "What is done with photographs that are not square: letterbox, crop or squash.", DefaultValueFactory = _ => PictureFit.Letterbox };
    static readonly Option<int> s_count = new("--count") { Description = "Pictures.", DefaultValueFactory = _ => 4 };
    static readonly Option<ulong> s_seed = new("--seed") { Description = "Of the first picture.", DefaultValueFactory = _ => 0 };
    static readonly Option<int> s_steps = new("--steps") { Description = "Of the sampler.", DefaultValueFactory = _ => SubjectSampling.UsualSteps };
    static readonly Option<int?> s_size = new("--size") { Description = "Pixels of the pictures' sides: as the model draws them, or twice that; by default the former." };
    static readonly Option<string?> s_enlarger = new("--enlarger") { Description = "A folder with what draws pictures twice as large; by default the one that comes with the program." };
    static readonly Option<string> s_device = Devices.Option();
    static readonly Option<string> s_out = new("--out") { Description = "A folder for the pictures, which are numbered behind those that are there, and a grid.", DefaultValueFactory = _ => "pictures" };

    internal static Command Create()
    {
        var command = new DescribedCommand("generate", "Draws your subject in a new scene from a few photographs, with no training.",
            "suti generate --subject photos/my-robot --prompt \"a robot on a beach\"")
        {
            s_subject, s_prompt, s_model, s_class, s_demos, s_guidance, s_temperature, s_eta, s_subjectGuidance, s_interleave, s_fit, s_count, s_seed, s_steps, s_size, s_enlarger, s_device, s_out,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        var photographs = Photographs.Read(parsed.GetValue(s_subject)!, parsed.GetValue(s_class));
        foreach (string skipped in photographs.Skipped)
            Console.Error.WriteLine($"suti: left out: {skipped}");
        var request = new SubjectRequest(parsed.GetValue(s_prompt)!)
        {
            Demonstrations = parsed.GetValue(s_demos),
            Count = parsed.GetValue(s_count),
            Seed = parsed.GetValue(s_seed),
            Steps = parsed.GetValue(s_steps),
            Guidance = parsed.GetValue(s_guidance),
            Temperature = parsed.GetValue(s_temperature),
            Eta = parsed.GetValue(s_eta),
            SubjectGuidance = parsed.GetValue(s_subjectGuidance),
            Interleave = parsed.GetValue(s_interleave),
            Fit = parsed.GetValue(s_fit),
        };
        var folder = new PictureFolder(parsed.GetValue(s_out)!);
        using var loaded = SubjectModelFolder.Open(parsed.GetValue(s_model) ?? ShippedModel.Find("apprentice"), Devices.Parse(parsed.GetValue(s_device)!));
        using var enlarging = Enlarging.Open(parsed.GetValue(s_size), parsed.GetValue(s_enlarger), loaded.Model);
        foreach (string word in loaded.Model.Tokenizer.UnknownWords(request.Prompt))
            Console.Error.WriteLine($"suti: the model does not know '{word}'");
        if (loaded.Model.Warning(request.Prompt) is { } warning)
            Console.Error.WriteLine($"suti: {warning}");
        using var stop = new StopSignal();
        var line = new ProgressLine("step");
        var images = SubjectDrawing.Draw(loaded.Model, request, photographs.All, (done, total) => line.Show(done, total), stop.Token);
        line.Clear();
        images = enlarging?.Draw(images, request, stop.Token) ?? images;
        string digest = ModelDigest.Compute(loaded.Folder);
        for (int i = 0; i < images.Count; i++)
        {
            string path = folder.Next();
            var recipe = SubjectPictureRecipe.Of(request, i, photographs.All, loaded, digest) with { Enlarging = enlarging?.Recipe };
            ImageFile.WritePng(path, images[i], recipe.ToTexts());
            Console.Out.WriteLine(path);
        }
        string grid = Path.Combine(parsed.GetValue(s_out)!, "grid.png");
        var size = images[0];
        ImageFile.WritePng(grid, ImageGrid.Compose([.. photographs.All.Take(request.Demonstrations)
            .Select(photograph => photograph.Image.FitTo(size.Width, size.Height, request.Fit)), .. images], 4, 2));
        Console.Out.WriteLine(grid);
        return ExitCode.Done;
    }
}
