"""Why a program is refused: each reason with its sentence, what to write instead, and their parameters.

A reason's name is stable and goes to programs together with its parameters; the page has the same sentences in every
language of its own, under the keys ``reason_<name>`` and ``reason_<name>_hint``.
"""

from __future__ import annotations

from string import Formatter

from chainrule.errors import Refusal
from chainrule.protocol.model import Param, Place

_OPERATORS = "Use + - * / ** and @."
_NUMBERS = "Use numbers, names and + - * / ** @."
_ADD = "Add a number or a name."
_ANOTHER = "Choose another name."
_CHOOSE = "maximum(a, b), minimum(a, b) and relu(x) choose between numbers."
_SPLIT = "Split it over several lines, with a name for each part."
_FORMS = "Use + - * / ** @, parentheses, numbers, names, lists of numbers and {allowed}."

REASONS: dict[str, tuple[str, str]] = {
    # Words and signs
    "program_too_long": ("The program has {characters} characters.", "Use at most {most}."),
    "statement_too_long": ("This statement is too long.", _SPLIT),
    "brackets_too_deep": (
        "Brackets are nested more than {most} deep.",
        "Give inner parts names on lines of their own: q = x + y.",
    ),
    "bracket_unclosed": ("This {bracket} is never closed.", "Add the {partner} that belongs to it."),
    "bracket_unopened": ("This {bracket} was never opened.", "Remove it, or add a {partner} before it."),
    "bracket_mismatch": ("A {bracket} is open here, and is closed by {partner}.", "Write {partner}."),
    "brackets_empty": ("There is nothing between the brackets.", "Write a number or a name there."),
    "two_decimal_points": ("A number has one decimal point.", "Write 0.5 or 1e-3."),
    "decimal_comma": ("A comma does not separate decimals here.", "Write a point: 0.5."),
    "number_touches_name": (
        "A multiplication sign is missing, or a name begins with a digit.",
        "Write {number} * {name}; names begin with a letter.",
    ),
    "raised_digits": ("Powers are not written with raised digits.", "Write ** {power}."),
    "lowered_digit": ("Names are not written with lowered digits.", "Write the digit on the line: x{digit}."),
    "python_word": ("{name} is a word of Python and cannot be a name.", _ANOTHER),
    "name_not_allowed": (
        "This cannot be a name here.",
        "Names have at most {most} characters and no leading '__'.",
    ),
    "assignment_operator": ("{found} is not available.", "Write it out: x = x {sign} …"),
    "character": (
        "The character {character} has no meaning here.",
        "Use numbers, names, + - * / ** @, ( ), [ ] and the functions {allowed}.",
    ),
    "power_sign": (
        "^ is not a power here (in Python it means something else).",
        "Use ** for powers: x ** 2.",
    ),
    "power_sign_of_e": (
        "^ is not a power here (in Python it means something else).",
        "Write exp(x), or e ** x.",
    ),
    "floor_division": ("Division that rounds down has no useful gradient.", "Use / to divide."),
    "remainder": ("The remainder % is not among the operators.", _OPERATORS),
    "bars": ("Bars do not mean the absolute value here.", "Write abs(x)."),
    "factorial": ("There is no factorial and no 'not'.", _OPERATORS),
    "root_sign": ("The root sign is not an operator here.", "Write sqrt(x)."),
    "sum_sign": ("The sum sign is not an operator here.", "Write sum(x)."),
    "infinity_sign": ("Infinity cannot be written as a number.", "A division by zero gives it: 1 / 0."),
    "backslash": (
        "A line is not continued with \\.",
        "Put the expression in parentheses: it may then take several lines.",
    ),
    "colon": ("A colon has no meaning here.", "Write lines such as x = 2 and f = x * x."),
    "colon_assignment": ("A colon has no meaning here.", "Assign with = on a line of its own."),
    "braces": ("Braces have no meaning here.", "Use ( ) to group and [ ] for a vector."),
    "quotes": ("There is no text in a computation.", _NUMBERS),
    "ellipsis": ("Something is left out here.", "Write it in full."),
    "two_points": ("Two points in a row mean nothing.", "A decimal number has one point: 0.5."),
    "comparison": ("Comparisons give no number that a gradient could pass through.", _CHOOSE),
    "import": ("Nothing needs to be imported.", "Leave the line out: exp, log, … are there already."),
    "loop": (
        "There are no loops here.",
        "Write the lines one below the other; every iteration runs them all.",
    ),
    "condition": ("There are no conditions here.", _CHOOSE),
    "definition": (
        "Functions cannot be defined here.",
        "Write the computation as lines such as q = x + y.",
    ),
    # Statements and expressions
    "nothing_assigned": ("Nothing is assigned.", "Write {name} = and then a number."),
    "second_assignment": ("A statement assigns one name.", "Write a = 2 and b = 2 on lines of their own."),
    "assigned_name_missing": ("A name is missing before =.", "Write x = 2."),
    "assigned_not_a_name": ("Left of = stands one name.", "Write a name, =, and an expression: f = x * y."),
    "argument_by_name": (
        "Arguments are not given by name here.",
        "Write only the values: sum(x), maximum(a, b).",
    ),
    "not_an_expression": ("This cannot be read as an expression.", _SPLIT),
    "method_name_missing": ("After a point stands the name of a function.", "Write x.exp()."),
    "too_many_signs": ("Too many signs in a row.", "One is enough."),
    "missing_after": ("Something is missing after {sign}.", _ADD),
    "missing_before": ("Something is missing before {sign}.", _ADD),
    "missing_before_point": ("Something is missing before the point.", "Write x.exp() or exp(x)."),
    "power_with_space": ("A power is written without a space.", "Write **."),
    "comma_outside": (
        "A comma stands between the arguments of a function or the numbers of a list.",
        "For a vector write [1, 2].",
    ),
    "multiplication_missing": ("A multiplication sign is missing.", "Write {left} * (…)."),
    "element_picked": (
        "Single elements cannot be picked with [ ].",
        "Use sum(x * [1, 0]) to pick the first of two.",
    ),
    "sign_misplaced": ("{sign} has no meaning here.", "Use + - * / ** @ between numbers and names."),
    "parentheses_missing": (
        "A function's argument stands in parentheses.",
        "Write {function}({argument}).",
    ),
    "statement_unknown": ("{name} has no meaning here.", "Write a line such as f = x * y."),
    "operator_missing": ("An operator is missing between these two.", "Write {left} * {right}."),
    "form_not_available": ("This form is not available here.", _FORMS),
    "attribute": (".{attribute} is not available here.", "Call functions: x.exp() or exp(x)."),
    "prefix": ("Functions stand alone here, without {prefix}.", "Write {instead}."),
    "not_callable": ("Only functions can be called.", "A multiplication sign may be missing: a * (…)."),
    # Meaning
    "program_empty": ("There is nothing to compute.", "Write a line such as f = x * y."),
    "value_unused": ("The value of this line is not used.", "Give it a name: q = …, or remove it."),
    "last_line_computes_nothing": (
        "The last line computes nothing.",
        "End with the result, such as f = x * y, or its name alone.",
    ),
    "result_not_a_number": (
        "The result has shape {shape}; a gradient starts from one number.",
        "Reduce it with sum(…) or mean(…).",
    ),
    "no_variable": (
        "The result depends on no variable.",
        "Add a line such as x = 2 above, and use x in the result.",
    ),
    "name_is_a_function": ("{name} is a function here.", _ANOTHER),
    "name_reserved": ("{name} has a meaning of its own in the PyTorch lines.", _ANOTHER),
    "name_unknown": ("{name} has no value yet.", "Add a line such as {name} = 1 above."),
    "name_unknown_near": (
        "{name} has no value yet.",
        "Did you mean {near}? Or add a line such as {name} = 1 above.",
    ),
    "function_without_argument": ("{function} is a function.", "Give it an argument: {function}(x)."),
    "function_not_allowed": ("There is no function {function}.", "Available: {allowed}."),
    "function_not_allowed_near": (
        "There is no function {function}.",
        "Did you mean {near}? Available: {allowed}.",
    ),
    "function_otherwise": ("There is no function {function}.", "Write {instead}."),
    "number_called": (
        "{name} is a number here, not a function.",
        "A multiplication sign may be missing: {name} * (…).",
    ),
    "argument_count": ("{function} takes {expected} arguments and got {got}.", "Write {example}."),
    "argument_count_one": ("{function} takes 1 argument and got {got}.", "Write {example}."),
    "choice_of_one": (
        "{function} chooses between two values and got one.",
        "Write {function}(a, b). The numbers of a vector are reduced by sum(x) or mean(x).",
    ),
    "list_of_numbers": ("A list holds numbers only.", "Write its numbers: [1, 2, 3]."),
    "rows_unequal": (
        "The rows of a list must have equal lengths.",
        "Write a matrix as [[1, 2], [3, 4]].",
    ),
    "list_too_deep": ("Lists are nested at most twice.", "Write a matrix as [[1, 2], [3, 4]]."),
    "shapes_differ": (
        "Shapes {left} and {right} do not go together.",
        "Sizes must be equal, or 1, counted from the right.",
    ),
    "matmul_of_numbers": ("@ multiplies vectors and matrices.", "Use * for numbers."),
    "matmul_shapes": (
        "Shapes {left} and {right} cannot be multiplied with @.",
        "The last size of the left ({left_size}) must equal the first of the right ({right_size}).",
    ),
    "too_many_elements": ("The result has {elements} elements.", "At most {most} are allowed."),
    "too_many_nodes": ("The graph has more than {most} nodes.", "Compute less at once."),
}


def parameters(reason: str) -> frozenset[str]:
    """The names of a reason's parameters."""
    return frozenset(name for text in REASONS[reason] for _, name, _, _ in Formatter().parse(text) if name)


def refuse(place: Place, reason: str, **params: Param) -> Refusal:
    """The refusal of a program, pointing at ``place``."""
    detail, hint = (
        text.format_map({name: _spoken(value) for name, value in params.items()}) for text in REASONS[reason]
    )
    return Refusal(
        "expression_error",
        422,
        "The expression cannot be read",
        detail,
        hint,
        place,
        reason=reason,
        params=params,
    )


def _spoken(value: Param) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:,}" if isinstance(value, int) else str(value)
