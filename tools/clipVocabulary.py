"""Packs what CLIP's tokenizer needs into weights/clip-vocabulary.txt.gz.

From OpenAI's published list of merges (bpe_simple_vocab_16e6.txt.gz, MIT licence, as the wheel of open_clip_torch holds
it) the 48,894 merges that CLIP uses are kept; the rest of the 262,000 lines is never read by any CLIP. After an empty line
follow the character references of HTML ("name", tab, hexadecimal code points), which the clean-up of prompts knows.

    python tools/clipVocabulary.py

Needs open_clip_torch (tools/golden/requirements.txt).
"""

import gzip
import html.entities
from pathlib import Path

import open_clip

OUT = Path(__file__).resolve().parents[1] / "weights" / "clip-vocabulary.txt.gz"
MERGES = 49408 - 2 - 512  # the vocabulary without start, end, and the 256 bytes with and without an end of word

published = Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"
lines = gzip.decompress(published.read_bytes()).decode().split("\n")[1 : MERGES + 1]
references = [f"{name}\t{' '.join(format(ord(c), 'x') for c in value)}" for name, value in sorted(html.entities.html5.items())]
text = "\n".join(lines + [""] + references) + "\n"
OUT.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
print(OUT, OUT.stat().st_size, "bytes")
