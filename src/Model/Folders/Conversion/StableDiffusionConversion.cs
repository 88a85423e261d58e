using System.Text;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Folders.KeyMaps;

namespace SuTI.Model.Folders.Conversion;

/// <summary>Stable Diffusion between its authors' single file and the folder of diffusers.</summary>
static class StableDiffusionConversion
{
    const string Unet = "unet", Autoencoder = "vae", Text = "text_encoder", Schedule = "scheduler",
        Tokenizer = "tokenizer";

    /// <summary>Takes the source over.</summary>
    internal static StableDiffusionFile Open(IWeightSource source)
    {
        try
        {
            return StableDiffusionFile.Of(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    internal static string ToFolder(ConversionJob job, StableDiffusionFile file)
    {
        using var unet = file.Unet();
        using var autoencoder = file.Autoencoder();
        using var text = file.TextEncoder();
        bool isVelocity = job.Options.Prediction == FilePrediction.Velocity;
        // 768 pixels for the models that predict the velocity, 512 for the others.
        int side = isVelocity ? 96 : 64;
        var schedule = file.Config(Schedule) ?? StableDiffusionConfigs.Schedule(Prediction(job, file));
        var parts = new List<SavedPart>
        {
            new(Unet, "diffusers", "UNet2DConditionModel")
            {
                Config = file.Config(Unet) ?? StableDiffusionConfigs.Unet(unet, side),
                Weights = job.Take(unet),
                WeightType = job.Options.Type,
            },
            new(Autoencoder, "diffusers", "AutoencoderKL")
            {
                Config = file.Config(Autoencoder) ?? StableDiffusionConfigs.Autoencoder(autoencoder, side * 8),
                Weights = job.Take(autoencoder),
                WeightType = job.Options.Type,
            },
            new(Text, "transformers", "CLIPTextModel")
            {
                Config = file.Config(Text) ?? StableDiffusionConfigs.Text(text, file.IsSecond),
                Weights = job.Take(text),
                WeightType = job.Options.Type,
            },
            new(Schedule, "diffusers", schedule.Text("_class_name"))
            {
                Config = schedule,
                ConfigFile = "scheduler_config.json",
            },
        };
        if (job.Options.Tokenizer is { } tokenizer)
            parts.Add(new(Tokenizer, "transformers", "CLIPTokenizer") { CopyOf = Existing(tokenizer) });
        else
            job.Note(["there is no tokenizer in such a file: give a folder that has one"]);
        job.Note(file.Notes);
        string className = file.InChannels == 9 ? "StableDiffusionInpaintPipeline" : "StableDiffusionPipeline";
        ModelFolderWriter.Save(job.Target, className, parts, job.Options.ShardBytes);
        return $"Stable Diffusion {(file.IsSecond ? 2 : 1)} file to {className}";
    }

    internal static string ToFile(ConversionJob job, ModelFolder model)
    {
        var (unetPart, autoencoderPart, textPart) = (Part(model, Unet, "UNet2DConditionModel"),
            Part(model, Autoencoder, "AutoencoderKL"), Part(model, Text, "CLIPTextModel"));
        using var unet = unetPart.OpenWeights();
        using var autoencoder = autoencoderPart.OpenWeights();
        using var text = textPart.OpenWeights();
        // Readers of such files tell the version by the attention of the first level.
        if (unet.Find("down_blocks.0.attentions.0.proj_in.weight") is not { } projection)
            throw new SutiException(ModelConverter.Printable(model.Path),
                "only Stable Diffusion 1 and 2 have such a file", "a U-Net that reads the text on its first level", "one that does not");
        bool isSecond = projection.Shape.Length == 2;
        using var oldUnet = UnetToOriginal.View(unet, StableDiffusionFile.UnetPrefix);
        using var oldAutoencoder = AutoencoderToOriginal.View(autoencoder, StableDiffusionFile.AutoencoderPrefix);
        using var oldText = isSecond ? ClipToOriginal.View(text, StableDiffusionFile.SecondText)
            : WeightView.Of(text, text.Entries
                .Where(entry => !entry.Name.EndsWith(".position_ids", StringComparison.Ordinal))
                .Select(entry => new TensorPlan(StableDiffusionFile.FirstText + entry.Name, entry.Name)));
        if (isSecond)
            job.Note(["the text tower has no unused last layer, as in the folder"]);
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        foreach (var part in model.Parts.Where(part => part.ConfigFile is not null))
        {
            if (part.Name is Unet or Autoencoder or Text or Schedule)
                metadata[StableDiffusionFile.ConfigKey(part.Name)] = Compact(part.OpenConfig());
            else
                job.Note([$"left out {part}, which has no place in such a file"]);
        }
        job.Note(model.Notes);
        SafetensorsWriter.Write(job.Target,
            [.. job.Take(oldUnet), .. job.Take(oldAutoencoder), .. job.Take(oldText)], new() { Metadata = metadata });
        return $"{model.ClassName} to a Stable Diffusion {(isSecond ? 2 : 1)} file";
    }

    static FilePrediction Prediction(ConversionJob job, StableDiffusionFile file)
        => job.Options.Prediction ?? (file.IsSecond ? throw new SutiException(ModelConverter.Printable(job.Source),
            "what a file of version 2 predicts has to be said: its tensors do not tell",
            "epsilon, or velocity for the models of 768 pixels", "nothing") : FilePrediction.Epsilon);

    static ModelPart Part(ModelFolder model, string name, string className)
    {
        var part = model.Find(name);
        return part?.ClassName == className ? part : throw new SutiException(ModelConverter.Printable(model.Path),
            "only Stable Diffusion 1 and 2 have such a file", $"{name} ({className})", part?.ToString() ?? "none");
    }

    static string Existing(string folder) => Directory.Exists(folder) ? folder
        : throw new SutiException(ModelConverter.Printable(folder), "a tokenizer is a folder", null,
            File.Exists(folder) ? "a file" : "nothing there");

    static string Compact(JsonConfig config)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            config.CopyTo(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
