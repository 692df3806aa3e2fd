"""Colours of the page, (light, dark). A test checks the contrast of every pair that meets on the page."""

from __future__ import annotations

TOKENS: dict[str, tuple[str, str]] = {
    "paper": ("#fbfaf7", "#131519"),
    "card": ("#ffffff", "#1a1d22"),
    "band": ("#f1eee6", "#20242a"),
    "ink": ("#1b1d22", "#ecebe6"),
    "ink2": ("#565b66", "#a9aeb8"),
    "rule": ("#e4e0d7", "#30343c"),
    "grid": ("#ece9e1", "#272b32"),
    "link": ("#0a5aa8", "#8cc4f5"),
    "bad": ("#a8320a", "#ff9b73"),
    "real": ("#6b7079", "#8d939e"),
    "g1": ("#0072b2", "#4aa8e0"),
    "g2": ("#00916a", "#2fc796"),
    "g3": ("#d55e00", "#ff8a3d"),
    "g4": ("#b8578f", "#e394c2"),
    "g5": ("#b37a00", "#e6a91f"),
    "g6": ("#2b8fc7", "#7cc8f2"),
}
SURFACES = ("paper", "card", "band")
TEXT = ("ink", "ink2", "link", "bad")
MARKS = ("real", "g1", "g2", "g3", "g4", "g5", "g6")
