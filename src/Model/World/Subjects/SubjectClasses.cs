namespace SuTI.Model.World.Subjects;

/// <summary>All classes of subjects.</summary>
public static class SubjectClasses
{
    /// <summary>In a fixed order, on which the indices of subjects rest.</summary>
    public static IReadOnlyList<SubjectClass> All { get; } =
    [
        .. Mammals.All, .. Birds.All, .. SeaAnimals.All, .. SmallAnimals.All, .. Toys.All, .. Tableware.All, .. Household.All,
            .. Clothing.All,
        .. Vehicles.All, .. Aircraft.All, .. Food.All, .. Music.All, .. Buildings.All,
    ];

    /// <summary>Never in a picture to learn from: one of each of several families.</summary>
    public static IReadOnlyList<string> HeldOut { get; } = ["lion", "owl", "turtle", "robot", "teapot", "sneaker", "boat", "mushroom"];
}
