namespace SuTI.Engine;

/// <summary>The rules a safetensors file is held to, in the order they are checked.</summary>
public enum SafetensorsRule
{
    /// <summary>A file holds at least the 8 bytes of the header length.</summary>
    FileTooShort,

    /// <summary>The header is at most 100,000,000 bytes.</summary>
    HeaderTooLong,

    /// <summary>The header lies within the file.</summary>
    HeaderBeyondFile,

    /// <summary>The header starts with <c>{</c>.</summary>
    HeaderStart,

    /// <summary>The header is one JSON value (RFC 8259), padded with white space only.</summary>
    HeaderNotJson,

    /// <summary>Every string of the header is valid Unicode.</summary>
    HeaderNotUnicode,

    /// <summary>No string of the header is longer than the metadata may be.</summary>
    StringTooLong,

    /// <summary>A tensor name takes at most 1,024 bytes in the header.</summary>
    NameTooLong,

    /// <summary>No tensor name and no metadata key occurs twice.</summary>
    DuplicateKey,

    /// <summary>No field occurs twice in one tensor's entry.</summary>
    DuplicateField,

    /// <summary>A file holds at most 65,536 tensors.</summary>
    TooManyTensors,

    /// <summary><c>__metadata__</c> maps strings to strings.</summary>
    MetadataNotStrings,

    /// <summary><c>__metadata__</c> takes at most 8 MiB and holds at most 131,072 keys.</summary>
    MetadataTooLong,

    /// <summary>A tensor's entry is a JSON object.</summary>
    EntryNotObject,

    /// <summary>An entry has no field but <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>.</summary>
    UnknownField,

    /// <summary>An entry has each of <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>.</summary>
    MissingField,

    /// <summary>The dtype is one this reader knows.</summary>
    UnknownDType,

    /// <summary>The shape is an array of plain non-negative integers below 2⁶³.</summary>
    ShapeNotIntegers,

    /// <summary>A shape has at most 8 dimensions.</summary>
    RankTooHigh,

    /// <summary>The product of a shape's dimensions and the element size stays below 2⁶³.</summary>
    SizeOverflow,

    /// <summary>The offsets are an array of two plain non-negative integers below 2⁶³.</summary>
    OffsetsNotIntegers,

    /// <summary>A tensor begins no later than it ends.</summary>
    OffsetsInverted,

    /// <summary>A tensor ends within the file's data.</summary>
    OffsetsBeyondData,

    /// <summary>Shape times element size is the span between the offsets.</summary>
    SizeMismatch,

    /// <summary>No byte belongs to two tensors.</summary>
    Overlap,

    /// <summary>No byte between two tensors belongs to none.</summary>
    Hole,

    /// <summary>No byte follows the last tensor.</summary>
    TrailingBytes,

    /// <summary>The data is still all there when it is read.</summary>
    DataTruncated,

    /// <summary>A tensor's bytes have the SHA-256 digest that the metadata records for it.</summary>
    DigestMismatch,
}
