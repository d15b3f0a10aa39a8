"""Names of columns and classes that are hard to draw: every figure must bear them."""

HARD_NAMES = [
    "cost_$_to_$",
    "$\\frac{",
    "x" * 500,
    "\ud800 alone",
    "tab\tnew\nline\x00\x1b[31m",
    "right\u202eot\u2066left",
    "",
    "评分 \u0627\u0644\u0633\u0639\u0631",
    "<img src=x onerror=alert(1)>",
    "\ufffe\uffff",
]
