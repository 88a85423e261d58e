namespace SuTI.Model.World.Crawl;

/// <summary>What pages do to a picture that they show twice: another crop, other brightness, grain.</summary>
static class NearDuplicate
{
    internal static WorldPicture Of(WorldPicture picture, ref WorldRandom random)
    {
        int size = picture.Size, most = Math.Max(1, size / 24);
        int moveX = random.Below((2 * most) + 1) - most, moveY = random.Below((2 * most) + 1) - most;
        float gain = random.Range(0.92f, 1.1f), offset = random.Range(-8, 8);
        uint grain = random.Word();
        byte[] pixels = new byte[picture.Pixels.Length], mask = new byte[picture.Mask.Length];
        for (int i = 0; i < mask.Length; i++)
        {
            int x = Math.Clamp((i % size) + moveX, 0, size - 1), y = Math.Clamp((i / size) + moveY, 0, size - 1), from = (y * size) + x;
            float noise = 6 * (Drawing.Noise.At(i % size, i / size, grain) - 0.5f);
            mask[i] = picture.Mask[from];
            for (int channel = 0; channel < 3; channel++)
                pixels[(3 * i) + channel] = (byte)Math.Clamp((picture.Pixels[(3 * from) + channel] * gain) + offset + noise + 0.5f, 0, 255);
        }
        var box = picture.Box;
        PixelBox moved = new(Inside(box.Left - moveX), Inside(box.Top - moveY), Inside(box.Right - moveX), Inside(box.Bottom - moveY));
        return picture with { Pixels = pixels, Mask = mask, Box = moved.Width > 0 && moved.Height > 0 ? moved : default };

        int Inside(int edge) => Math.Clamp(edge, 0, size);
    }
}
