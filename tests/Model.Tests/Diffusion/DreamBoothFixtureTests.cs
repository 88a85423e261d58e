using System.Text.Json;
using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;
using SuTI.Model.Diffusion;
using SuTI.Model.Folders;
using SuTI.Model.Text;
using SuTI.Model.Unet;
using PredictionType = SuTI.Model.Diffusion.PredictionType;

namespace SuTI.Model.Tests.Diffusion;

/// <summary>train_dreambooth_*: a fine-tuning of several steps, text encoder included, compared loss by loss.</summary>
[Category("Fixtures")]
public class DreamBoothFixtureTests : LeakCheck
{
    const string Unet = "unet", TextEncoder = "text_encoder";

    static IEnumerable<TestCaseData> Cases() => FixtureFolder.Find("train_dreambooth_")
        .Select(folder => new TestCaseData(folder).SetArgDisplayNames(Path.GetFileName(folder)));

    [TestCaseSource(nameof(Cases))]
    public void Trajectory(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        using var scope = TensorScope.Open("fixture");
        using var io = new FixtureCase(folder, "", document.RootElement, DType.Float32);
        using var store = new ParameterStore(Device.Cpu);
        var unet = new ConditionalUnet(store.Root[Unet], UnetConfigReader.Read(Config(folder, Unet)));
        var text = new ClipTextEncoder(store.Root[TextEncoder], ClipTextConfig.Read(Config(folder, TextEncoder)));
        store.Load(Path.Combine(folder, Unet, "diffusion_pytorch_model.safetensors"),
            new() { Under = Unet, AllowMissing = true });
        store.Load(Path.Combine(folder, TextEncoder, "model.safetensors"),
            new() { Under = TextEncoder, AllowMissing = true, Rename = ClipTextEncoder.ParameterPath });
        Train(io, store, unet, text);
        foreach (var parameter in store.Parameters)
        {
            if (io.Has("out." + parameter.Path))
                io.Compare("out." + parameter.Path, parameter.Layout == CheckpointLayout.ChannelsFirst
                    ? parameter.Value.ToChannelsFirst() : parameter.Value);
        }
        io.Finish();
    }

    static void Train(FixtureCase io, ParameterStore store, ConditionalUnet unet, ClipTextEncoder text)
    {
        var options = io.Options;
        var config = SchedulerConfigFile.Open(Path.Combine(io.Folder, "scheduler", "scheduler_config.json"));
        options.Only("prediction_type", config.Prediction switch
        {
            PredictionType.Epsilon => "epsilon",
            PredictionType.Velocity => "v_prediction",
            _ => "sample",
        });
        var objective = new DiffusionObjective(config.CreateSchedule(), config.Prediction);
        var prior = new PriorPreservation(options.Number("prior_loss_weight"));
        if (!options.Flag("train_text_encoder"))
            store.Freeze(TextEncoder + ".");
        double[] betas = options.Numbers("betas")!;
        using var optimizer = new AdamW(store.Trainable, new(options.Number("learning_rate"), betas[0], betas[1],
            options.Number("eps"), options.Number("weight_decay")));
        double maxNorm = options.Number("max_grad_norm");
        for (int i = 0; i < options.Integer("steps"); i++)
        {
            using var step = TensorScope.Open("step");
            var clean = io.Read($"in.latents.{i}").ToChannelsLast();
            var noise = io.Read($"in.noise.{i}").ToChannelsLast();
            double[] times = io.ReadDoubles($"in.timesteps.{i}");
            var output = unet.Forward(objective.Schedule.AddNoise(clean, noise, times), times,
                text.Forward(io.Read($"in.input_ids.{i}")));
            var loss = prior.Loss(objective, output, clean, noise, times);
            io.Compare($"out.loss.{i}", loss.Total);
            io.Compare($"out.instance_loss.{i}", loss.Instance);
            io.Compare($"out.prior_loss.{i}", loss.Prior);
            optimizer.ClearGradients();
            loss.Total.Backward();
            io.Compare($"out.grad_norm.{i}", optimizer.ClipGradients(maxNorm));
            optimizer.Step();
        }
    }

    static JsonConfig Config(string folder, string part) => JsonConfig.Open(Path.Combine(folder, part, "config.json"));
}
