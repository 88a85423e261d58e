namespace SuTI.Model.Imaging.Png;

/// <summary>The pixels of one pass: (X + i · StepX, Y + j · StepY) for i below Columns and j below Rows.</summary>
/// <param name="RowBytes">Bytes of a stored row, without the number of its filter.</param>
readonly record struct PngPass(int X, int Y, int StepX, int StepY, int Columns, int Rows, int RowBytes);
