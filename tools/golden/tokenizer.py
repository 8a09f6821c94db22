"""Tokens of CLIP's tokenizer for a few thousand strings.

Writes test/golden/clip/tokens.json.gz: {kind: [[string, number of tokens, the first 75 of them], ...]}. The tokenizer is
OpenCLIP's with ftfy and regex, its two special tokens spelled as OpenAI's ("<|startoftext|>"). Kinds that begin with
"mojibake" are texts in the wrong encoding (or random ones that ftfy takes for such), of which only most are repaired as
ftfy does.

    python tools/golden/tokenizer.py

Needs open_clip_torch (tools/golden/requirements.txt).
"""

import gzip
import html.entities
import json
import random
import re as plain_re
import unicodedata
from pathlib import Path

import ftfy
import regex
from open_clip.tokenizer import SimpleTokenizer

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "clip"
KEPT = 75


class OpenAiTokenizer(SimpleTokenizer):
    def __init__(self):
        super().__init__()
        names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
        pattern = self.pat.pattern
        for ours, theirs in names.items():
            self.encoder[theirs] = self.encoder.pop(ours)
            self.cache[theirs] = theirs
            pattern = pattern.replace(ours, plain_re.escape(theirs))
        self.pat = regex.compile(pattern, regex.IGNORECASE)


tokenizer = OpenAiTokenizer()
draw = random.Random(20231109)

SENTENCES = [
    "the yellow dog to the left of the bicycle", "a photo of a cat, a type of pet.", "The quick brown fox jumps over 13 lazy dogs!",
    "un café crème et un naïve garçon à l'école", "Ein größeres Mädchen fährt über die Straße", "el niño pequeño y la señora mañana ¿qué?",
    "a criança não está à mesa com o irmão", "gli studenti non possono perché è già così", "příliš žluťoučký kůň úpěl ďábelské ódy",
    "zażółć gęślą jaźń", "Ångström och älgar på en ö", "Þór á hestinum í fjörðinum", "kırmızı ışıklı İstanbul caddesi", "ăsta e o țară și un șarpe",
    "жёлтая собака лежит на диване", "червоний автомобіль їде вулицею", "кафене в София", "η κίτρινη γάτα κοιμάται στον ήλιο",
    "שלום עולם, כלב צהוב", "קָמָץ וְנִקּוּד", "الكلب الأصفر في الحديقة", "سلام دنیا، گربه سیاه", "एक पीला कुत्ता घास पर बैठा है",
    "একটি হলুদ কুকুর", "ஒரு மஞ்சள் நாய்", "ఒక పసుపు కుక్క", "ഒരു മഞ്ഞ നായ", "หมาสีเหลืองนอนอยู่บนพื้น", "ໝາສີເຫຼືອງ", "ခွေးဝါ", "ქართული ძაღლი", "դեղին շուն",
    "ቢጫ ውሻ", "黄色的狗在沙发上", "一隻黃色的狗", "黄色い犬がソファにいます", "カタカナとひらがな、ﾊﾝｶｸ", "노란 개가 소파에 있다", "con chó màu vàng trên ghế",
    "ʻōlelo Hawaiʻi", "ꯃꯩꯇꯩ", "ᏣᎳᎩ", "ᓄᓇᕗᑦ", "𐌲𐌿𐍄𐌰𐌽𐍃", "𝕸𝖆𝖙𝖍 𝒷ℴ𝓁𝒹 𝟙𝟚𝟛", "mixed English и русский 和中文 with עברית",
]  # fmt: skip

WORDS = """constructor __proto__ toString hasOwnProperty valueOf prototype __defineGetter__ isPrototypeOf null undefined NaN
Infinity true false <|startoftext|> <|endoftext|> <start_of_text> <end_of_text> </w> a</w> Ġ <|STARTOFTEXT|>
antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis don't I'll we've they're I'm he'd it's DON'T
IT'S y'all o'clock rock'n'roll 'tis 's 't 're 've 'm 'll 'd ''s s's 'ſ ſ'ſ K'K 1st 2nd 3.14159 1,000,000 -273.15°C 50% #1
@user https://example.com/path?x=1&y=2#frag user@example.com C:\\dir\\file.txt ½ ² ³ ٣ ४ Ⅷ ① 十二 ㊿ ª º µ ß ẞ İ ı Σ ΑΣ ΟΔΥΣΣΕΥΣ
ﬃ ĳ ǆ ŉ Å Å é é Ǖ ȯ́ ͅ ᾳ ᾼ ⓐ Ⓐ ½½ x² H₂O""".split()

EMOJI = """😀 😂🤣 👍🏽 👨‍👩‍👧‍👦 👩🏿‍🚀 🏳️‍🌈 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🇩🇪 🇯🇵🇰🇷 ❤️ ❤ ☺️ #️⃣ 1️⃣ 👁️‍🗨️ 🧑‍🤝‍🧑 🐕‍🦺 🐈‍⬛ 🫠 ✂️ ☃ ♻️ ™️ ©️ 🅰️ 〰️ 🈁""".split()

CODE = [
    "for (let i = 0; i < n; i++) { a[i] ^= b[i] << 2; }", "def f(x: int) -> str:\n\treturn f\"{x!r:>10}\"", "#include <stdio.h>\nint main(void){return 0;}",
    "SELECT * FROM t WHERE a='b' AND c<>\"d\"; -- comment", "<div class=\"a\" id='b'>&nbsp;text&lt;/div&gt;</div>", "&amp;amp;lt;", "{\"k\": [1, 2.5e-3, null]}",
    "echo $((1+2)) | sed 's/a/b/g' > /dev/null 2>&1", "λx.x+1 ∀ε>0 ∃δ>0: |f(x)−f(a)|<ε", "\\frac{a}{b} \\alpha_{i}^{2}", "~!@#$%^&*()_+`-={}|[]\\:\";'<>?,./",
]  # fmt: skip


def captions():
    colours = ["red", "Yellow", "dark-blue", "black & white", "grey/green"]
    things = ["dog", "hot dog", "traffic light", "T-shirt", "skyscraper", "person riding a bike", "Boeing 747", "zebra", "mug"]
    places = ["", " on the left", " in front of the house", ", close-up", " (2nd from right)", "!!!"]
    templates = ["{}", "a photo of a {}", "itap of the {}.", "a {} in a video game."]
    for colour in colours:
        for thing in things:
            yield draw.choice(templates).format(f"{colour} {thing}{draw.choice(places)}")


def blocks():
    """Letters, marks, digits and signs of every block of 128 code points that has some."""
    for start in range(0, 0x20000, 0x80):
        known = [chr(c) for c in range(start, start + 0x80) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
        han = 0x3400 <= start < 0x9F00 or 0xAC00 <= start < 0xD700 or 0x17000 <= start < 0x18D00
        if known and (not han or start % 0x800 == 0) and start not in (0x80,):
            text = "".join(draw.choice(known) + (" " if draw.random() < 0.2 else "") for _ in range(12))
            yield text


def entities():
    names = sorted(html.entities.html5)
    closed = [n for n in names if n.endswith(";")]
    for i in range(0, len(closed), 8):
        yield " ".join("&" + n for n in closed[i : i + 8])
    for i in range(0, len(closed), 29):
        yield "x".join("&" + n.upper() for n in closed[i : i + 8])
    for i in range(0, len(names), 31):
        yield "".join("&" + n.rstrip(";") + draw.choice(["x", " ", "=", "1", ""]) for n in names[i : i + 5])
    for i in range(0, len(closed), 37):
        yield "<b>" + "".join("&" + n for n in closed[i : i + 5]) + "</b>\n&amp;eacute; &#233;"
    for number in ["0", "13", "31", "39", "65", "127", "128", "129", "145", "150", "151", "159", "160", "233", "8217", "55296", "65534", "128512",
                   "1114111", "1114112", "99999999999"]:  # fmt: skip
        yield f"a&#{number};b &#{number} c&#x{int(number):x};d&#X{int(number):X}e"
    yield from ["AT&T", "Q&A", "this&not that", "&", "&&", "&;", "&#;", "&#x;", "&amp;#233;", "&amp;amp;eacute;", "&notanentity;", "&lt;3", "fish&chips;",
                "R&amp;D &copy 2020", "&Eacute;&EACUTE;&eACUTE;", "&#12ab;", "&#xzz;", "&hellip;&rsquo;&ldquo;&rdquo;", "<p>&rsquo;&hellip;</p>", "&nbsp;"]  # fmt: skip


def controls():
    for code in [*range(0x20), 0x7F, *range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0x10000), 0x3000, 0x180E,
                 0xE0001, 0x1D173, 0xA0, 0xAD, 0x34F, 0x202F, 0x205F, 0x1680]:  # fmt: skip
        yield f"dog{chr(code)}cat {chr(code)} 'bird{chr(code)}'"
    for escape in ["\x1b[31mred\x1b[0m dog", "\x1b[1;32;40mbold\x1b[m", "\x1b]0;title\x07text", "\x1b[2Jclear", "a\x1b[Kb\x1b[٣mc"]:
        yield escape
    for text in ["\ud83d dog", "dog \udc15", "\ud83d\udc15", "\udc15\ud83d", "\ud83dx\udc15", "a\ud800\ud800\udc00b", "lone \ud83d\ud83d\udc15"]:
        yield text
    yield from ["", " ", "\n\t", "\u3000", "\u200b", "\x00", "\ufeff", "&nbsp;", " a  b\t\tc\n\nd ", "a\r\nb\rc\u2028d\u2029e", "“dogs’ ‘cats” ‛x‟ ʼy",
                "ＦＵＬＬ　ｗｉｄｔｈ１２３！", "ﾊﾝｶｸ ｶﾞｷﾞｸﾞ ﾡﾢ ￠￡￦", "ﬁﬂﬀﬃﬄﬅﬆ Ĳĳ Ǆǅǆ Ǉǈǉ Ǌǋǌ Ǳǲǳ ŉ"]  # fmt: skip


def marks():
    bases = "aeiounsczgAEIOUklr"
    diacritics = [chr(c) for c in range(0x300, 0x370)]
    for _ in range(120):
        word = "".join(draw.choice(bases) + "".join(draw.choices(diacritics, k=draw.choice([0, 0, 1, 1, 2, 4]))) for _ in range(6))
        yield word
    for _ in range(30):
        yield unicodedata.normalize(draw.choice(["NFD", "NFKD", "NFC"]), draw.choice(SENTENCES)).swapcase()


def noise():
    pool = list("abcdefgXYZ  0123456789'’-–—.,!?&;#<>/\\\"()[]{}@$%^*_+=|~\t\n") + list("éüñßøåÆŁşđ") + list("жиЯΩλ中日한กअ") + list("😀🐕‍🚀️") + ["it's", " the ", "dog"]
    for _ in range(450):
        yield "".join(draw.choices(pool, k=draw.randint(1, 60)))
    for _ in range(150):
        yield "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(1, 30)))
    for _ in range(60):
        yield "".join(draw.choices("etaoin shrdlu'", k=draw.randint(20, 200)))


def long():
    for n in [73, 74, 75, 76, 77, 78, 150]:
        yield " ".join(["dog"] * n)
        yield "1" * n
        yield "🐕" * n
        yield "字" * n
    yield "a" * 3000
    yield "ab" * 2000 + " end"
    yield "the quick brown fox " * 200
    yield "supercalifragilistic" * 50
    yield "!" * 1000 + "?" * 1000
    yield " ".join(SENTENCES)


def sound():
    """Correct texts whose characters also occur in misread ones."""
    yield from ["CAFÉ® menu", "Â", "Ã", "São Paulo – “Ângela”", "10 µm ± 3 ²", "£5–£10", "© 2020 Ünïcödé™", "« voilà » dit-elle", "voilà\u00a0«\u00a0oui\u00a0»", "Å",
                "€50 ½ ¼ ¾", "naïve résumé…", "ÀÈÌÒÙ", "àèìòù", "ÄÖÜß", "¡Olé! ¿Sí?", "№ 5 § 3 ¶", "Þ þ Ð ð", "ÆØÅ æøå", "Ä Ö", "¯\\_(ツ)_/¯", "(ò_ó)", "ಠ_ಠ", "┌─┐│└┘",
                "5 × 3 ÷ 2", "N’Djaména", "Œuvre", "cœur", "Ÿ", "ŠŽ šž", "PÉREZ", "£", "…", "—", "Ünal", "Ñandú", "Élève", "Õ", "Zürich – Genève"]  # fmt: skip
    for sentence in SENTENCES:
        yield sentence.upper()


def misread(encodings, rounds=1):
    for sentence in SENTENCES:
        for encoding in encodings:
            text = sentence
            try:
                for _ in range(rounds):
                    text = text.encode().decode(encoding)
            except UnicodeDecodeError:
                continue
            if text != sentence:
                yield text


def misread_parts():
    for _ in range(150):
        good, bad = draw.choice(SENTENCES), draw.choice([*SENTENCES[3:14], "it’s “quoted” – dash… €5 © 2020 ½"])
        words = [w.encode().decode("sloppy-windows-1252") if draw.random() < 0.6 else w for w in bad.split()]
        yield f"{' '.join(words)} {good}" if draw.random() < 0.5 else " ".join(words)


KINDS = {
    "captions": [*captions(), *SENTENCES, *(s.title() for s in SENTENCES)],
    "words": [*WORDS, *(f"a {w} and a {w.upper()}" for w in WORDS)],
    "emoji": [*EMOJI, *(f"dog{e}{e} {draw.choice(EMOJI)}!" for e in EMOJI), "".join(EMOJI)],
    "code": CODE,
    "blocks": list(blocks()),
    "entities": list(entities()),
    "controls": list(controls()),
    "marks": list(marks()),
    "noise": list(noise()),
    "long": list(long()),
    "sound": list(sound()),
    "mojibake: Windows-1252 and Latin-1": [*misread(["sloppy-windows-1252", "latin-1"]), *misread(["sloppy-windows-1252"], 2),
        "voilÃ le travail", "fÃ cil", "âœ” No problems", "&macr;\\_(ã\x83\x84)_/&macr;", "â€œ like this â€�", "l’humanitÃ© Ã la carte", "Ã s vezes", "dÃ©jÃ vu", "Â© 2020 Â½",
        "donâ€™t", "â€œquoteâ€\x9d â€“ dash", "ðŸ˜€ smile", "schÃ¶n", "MÃ¼nchen", "EspaÃ±a", "Ã\x89tÃ©", "cafÃ©s & thÃ©s", "sÃ³", "â‚¬5", "Å¡koda", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚"],
    "mojibake: parts": list(misread_parts()),
    "mojibake: other pages": list(misread(["sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253", "sloppy-windows-1254", "sloppy-windows-1257",
                                    "iso-8859-2", "macroman", "cp437"])),
}  # fmt: skip


def golden(text):
    tokens = tokenizer.encode(text)
    return [text, len(tokens), tokens[:KEPT]]


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    # Some random strings look misread to ftfy.
    chance = [text for text in KINDS["noise"] if any(ftfy.fix_encoding(line) != line for line in text.split("\n"))]
    kinds = KINDS | {"noise": [text for text in KINDS["noise"] if text not in chance], "mojibake: by chance": chance}
    cases = {kind: [golden(text) for text in texts] for kind, texts in kinds.items()}
    packed = gzip.compress(json.dumps(cases, separators=(",", ":")).encode(), 9, mtime=0)
    (OUT / "tokens.json.gz").write_bytes(packed)
    print({kind: len(texts) for kind, texts in cases.items()}, sum(map(len, cases.values())), "strings,", len(packed), "bytes")
