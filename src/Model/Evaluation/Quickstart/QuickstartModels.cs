using SuTI.Model.Subjects;

namespace SuTI.Model.Evaluation.Quickstart;

/// <summary>What a quickstart draws and judges with; all stay the caller's.</summary>
/// <param name="Apprentice">Draws from demonstrations.</param>
/// <param name="Base">What the expert is tuned from.</param>
/// <param name="Clip">CLIP's pictures.</param>
/// <param name="Texts">CLIP's texts.</param>
public sealed record QuickstartModels(LoadedSubjectModel Apprentice, LoadedSubjectModel Base, IImageEmbedder Clip, ITextEmbedder Texts, IImageEmbedder Dino);
