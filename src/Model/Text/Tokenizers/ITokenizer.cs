using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>Text to the numbers that a text encoder reads, and back. Instances may be shared by threads.</summary>
public interface ITokenizer
{
    /// <summary>Rows that an embedding needs: the largest id and one.</summary>
    int VocabularySize { get; }

    /// <summary>Tokens that a text is cut to unless a call says otherwise, start and end included.</summary>
    int MaxLength { get; }

    /// <summary>What fills a row behind its text.</summary>
    int PadId { get; }

    /// <summary>The token in front of every text; null where there is none.</summary>
    int? StartId { get; }

    /// <summary>The token behind every text.</summary>
    int EndId { get; }

    /// <summary>What stands for text that no token covers.</summary>
    int UnknownId { get; }

    /// <summary>The ids of a text with start and end, not padded.</summary>
    /// <param name="text">Any text; halves of surrogate pairs are read as U+FFFD.</param>
    /// <param name="length">Tokens it is cut to; by default <see cref="MaxLength"/>.</param>
    /// <exception cref="SutiException">The text is too long to read, or the length has no room for start and end.</exception>
    TokenizedText Encode(string text, int? length = null);

    /// <summary>Several texts as one tensor, each padded to <paramref name="length"/>.</summary>
    /// <inheritdoc cref="Encode"/>
    TokenBatch EncodeBatch(IReadOnlyList<string> texts, int? length = null, Device? device = null);

    /// <summary>The text of ids.</summary>
    /// <param name="keepSpecial">Whether start, end, padding and their kind are written too.</param>
    /// <exception cref="SutiException">An id outside the vocabulary.</exception>
    string Decode(ReadOnlySpan<int> ids, bool keepSpecial = false);

    /// <summary>A token as the vocabulary spells it.</summary>
    /// <exception cref="SutiException">An id outside the vocabulary.</exception>
    string Token(int id);

    /// <summary>The id of a token that is spelt as in the vocabulary; null if there is none.</summary>
    int? Find(string token);
}
