using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>What IF's clean-up makes of captions; compared with the published function (without its mending of encodings).</summary>
[TestFixture]
public class CaptionTests
{
    [TestCase("  A Photo of a CAT ", "a photo of a cat"), TestCase("", "")]
    [TestCase("see http://a.b/c now", "see a. b c now"), TestCase("visit foo.com/x-y ok", "visit ok")]
    [TestCase("mail me@x.org today", "mail me today"), TestCase("<b>bold</b> <!-- no --> a < b", "bold a < b")]
    [TestCase("<p class=\"a>b\">t</p><script>x()</script>y", "ty"), TestCase("<unclosed", "<unclosed")]
    [TestCase("&amp;lt; &quot;q&quot; x", "lt; \"q\" x"), TestCase("@nick says #123 and #12345", "says and")]
    [TestCase("img_01.jpg 1234567 ok", "ok"), TestCase("worldwide free shipping on cups", "on cups")]
    [TestCase("click for more and download free", "and"), TestCase("jc6640 jc6640vc 6640vc231 ok", "ok")]
    [TestCase("rug 30x40 3.5×20 wool", "rug wool"), TestCase("this-is-my-cute-cat", "this is my cute cat")]
    [TestCase("well-known cat", "well-known cat"), TestCase("cats...dogs . birds", "cats dogs birds")]
    [TestCase("a,b", "a, b"), TestCase("100%25 C++", "100% c"), TestCase("%C3%A9t%C3%A9", "été")]
    [TestCase("“q” – it’s", "\"q\" - it's"), TestCase("\"quoted\"", "quoted"), TestCase("你好 cat", "cat")]
    [TestCase("a <person> walks", "a person walks"), TestCase("ΣΊΣΥΦΟΣ Σ", "σίσυφος σ"), TestCase("at 127.0.0.1 home", "at home")]
    public void Clean(string caption, string expected) => Assert.That(Captions.Clean(caption), Is.EqualTo(expected));

    [TestCase("  A Photo of http://a.b <i>X</i> ", "a photo of http://a.b <i>x</i>"), TestCase("Σας ΣΑΣ", "σας σας")]
    [TestCase("İ", "i\u0307")]
    public void Plain(string caption, string expected) => Assert.That(Captions.Plain(caption), Is.EqualTo(expected));

    [Test]
    public void Longer_than_any_prompt_is_refused()
    {
        Assert.That(Captions.Plain(new string('a', 8192)), Has.Length.EqualTo(8192));
        Assert.That(() => Captions.Clean(new string('a', 8193)),
            Throws.InstanceOf<SutiException>().With.Message.Contains("at most 8192"));
    }
}
