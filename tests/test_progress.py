import io
import sys

from minixai._progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_on_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Progress(4, "training") as bar:
        for _ in range(4):
            bar.advance(note="loss 1")
    shown = sys.stderr.getvalue()
    assert "training [########################] 4/4 loss 1" in shown
    assert shown.endswith("\r\x1b[2K")


def test_silence_elsewhere(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Progress(2, "training") as bar:
        bar.advance(2)
    assert sys.stderr.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", None)
    with Progress(2, "training") as bar:
        bar.advance(2)
    assert bar.done == 2
