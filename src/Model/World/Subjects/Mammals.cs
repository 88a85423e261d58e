namespace SuTI.Model.World.Subjects;

static class Mammals
{
    internal static readonly SubjectClass[] All =
    [
        Of("dog", new(0.34f, 0.52f, 0.27f, 0.2f, 0.33f, Ears.Floppy, Tail.Curved, Muzzle.Long)),
        Of("cat", new(0.3f, 0.5f, 0.24f, 0.16f, 0.32f, Ears.Pointed, Tail.Long, Muzzle.Short) { HasWhiskers = true }),
        Of("fox", new(0.3f, 0.48f, 0.22f, 0.14f, 0.3f, Ears.Pointed, Tail.Bushy, Muzzle.Long)),
        Of("rabbit", new(0.16f, 0.42f, 0.34f, 0.12f, 0.3f, Ears.Tall, Tail.Short, Muzzle.Short)),
        Of("horse", new(0.5f, 0.52f, 0.25f, 0.38f, 0.24f, Ears.Pointed, Tail.Tuft, Muzzle.Long) { HasMane = true }),
        Of("elephant", new(0.32f, 0.58f, 0.42f, 0.05f, 0.34f, Ears.Wide, Tail.Tuft, Muzzle.Trunk)),
        Of("giraffe", new(0.48f, 0.4f, 0.22f, 0.72f, 0.2f, Ears.Side, Tail.Tuft, Muzzle.Long) { HasHorns = true }),
        Of("pig", new(0.22f, 0.56f, 0.38f, 0.02f, 0.34f, Ears.Pointed, Tail.Curly, Muzzle.Disc)),
        Of("sheep", new(0.28f, 0.5f, 0.36f, 0.08f, 0.25f, Ears.Side, Tail.Short, Muzzle.Short) { IsWoolly = true }),
        Of("lion", new(0.32f, 0.54f, 0.27f, 0.12f, 0.3f, Ears.Round, Tail.Tuft, Muzzle.Short) { HasMane = true }),
        Of("cow", new(0.34f, 0.56f, 0.33f, 0.1f, 0.28f, Ears.Side, Tail.Tuft, Muzzle.Disc) { HasHorns = true }),
    ];

    static SubjectClass Of(string name, Quadruped plan) => new(name, "mammal", plan.Build);
}
