"""Source without what is there for the page only: one pass over its LibCST tree.

    weights = tap(self, "weights", scores.softmax(-1))      weights = scores.softmax(-1)
    if explicit(): return self._looped(…)                   (gone: nobody looks)
    query: Float[Tensor, "batch hidden"]                    query: Tensor
    if not text: raise InputError(…)                        (gone: what is typed is checked by the page)

A branch that makes a layer which a model does not have cannot run for it, and goes as well (`Parts`).
"""

from __future__ import annotations

import ast
import inspect
import operator
import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

import libcst as cst
from libcst import matchers as m
from torch import nn

from .prose import prose

NAMED = m.Name("Part") | m.Name("HeldOutPart")  # parts of all examples
SHAPED = {"Float", "Int", "Bool"}  # jaxtyping's
REMARK = re.compile(r"#\s*(type:\s*ignore|noqa)|.*\btapped\b")
OURS = m.Call(func=m.Name("tap"))
INTRODUCTION = m.Call(func=m.Name("Block")) | m.Call(
    func=m.Name("replace"), args=[m.Arg(m.Attribute(attr=m.Name("block"))), m.ZeroOrMore()]
)
EITHER = m.BooleanOperation(left=m.Call(func=m.Name("explicit")), operator=m.Or())
NOBODY = m.Call(func=m.Name("explicit"))
REFUSAL = m.Raise(exc=m.Call(func=m.Name("InputError")))
SUM = (cst.BinaryOperation, cst.BooleanOperation, cst.Comparison, cst.IfExp, cst.Lambda, cst.UnaryOperation, cst.NamedExpr)
UNKNOWN: Any = object()
SETTLED = (bool, str, type(None))
DECIDED: dict[type[cst.BaseCompOp], Any] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.Is: operator.is_,
    cst.IsNot: operator.is_not,
    cst.In: lambda a, b: a in b,
    cst.NotIn: lambda a, b: a not in b,
}
ADDED = cst.LeftParen()
TRUE, FALSE = cst.Name("True"), cst.Name("False")


class Parts:
    """What is known of a run: its `model` and `task`; `space` holds the names of the module whose source is read."""

    def __init__(self, space: dict[str, Any] | None = None, kind: Any = None, **known: Any) -> None:
        self.space, self.known = space or {}, known
        self.kind = kind if isinstance(kind, type) else None
        model = known.get("model")
        self.kinds = None if model is None else frozenset(type(part) for part in model.modules())

    def has(self, call: cst.Call) -> bool | None:
        """The value of `hasattr(model, "corrupt")`, None for anything else."""
        subject, name = (arg.value for arg in call.args)
        if not isinstance(subject, cst.Name) or subject.value not in self.known or not isinstance(name, cst.SimpleString):
            return None
        return hasattr(self.known[subject.value], str(name.evaluated_value))

    def settled(self, node: cst.BaseExpression) -> Any:
        """The value of `self.name`, the same plain one for all parts of the class that is read; UNKNOWN for all else."""
        if not m.matches(node, m.Attribute(value=m.Name("self"))) or self.kind is None:
            return UNKNOWN
        name = cast(cst.Attribute, node).attr.value
        model, task = self.known.get("model"), self.known.get("task")
        owners = [part for part in [*model.modules(), task] if isinstance(part, self.kind)] if model is not None else []
        values = {vars(owner).get(name, UNKNOWN) for owner in owners if isinstance(vars(owner).get(name, UNKNOWN), SETTLED)}
        once = len(re.findall(rf"self\.{name}\b[^=\n]*=(?!=)", inspect.getsource(self.kind))) <= 1
        known = len(values) == 1 and len(owners) > 0 and once and all(isinstance(vars(o).get(name, UNKNOWN), SETTLED) for o in owners)
        return values.pop() if known and name != "training" else UNKNOWN

    def truth(self, test: cst.BaseExpression) -> cst.BaseExpression:
        """TRUE or FALSE where an option of the run decides a test, else the test itself."""
        value = self.settled(test)
        if m.matches(test, m.Comparison(comparisons=[m.ComparisonTarget()])):
            compared = cast(cst.Comparison, test)
            left, (operator, right) = self.settled(compared.left), (compared.comparisons[0].operator, compared.comparisons[0].comparator)
            if left is UNKNOWN or type(operator) not in DECIDED or names_of([right]) - {"None", "True", "False"}:
                return test
            value = DECIDED[type(operator)](left, ast.literal_eval(code_of(right)))
        return test if value is UNKNOWN else TRUE if value else FALSE

    def named(self, node: cst.BaseExpression) -> Any:
        """What a dotted name stands for."""
        if isinstance(node, cst.Name):
            return self.space.get(node.value)
        return getattr(self.named(node.value), node.attr.value, None) if isinstance(node, cst.Attribute) else None

    def lacks(self, node: cst.BaseExpression) -> bool:
        """Whether this names a layer that the model does not have."""
        kind = self.named(node)
        return self.kinds is not None and isinstance(kind, type) and issubclass(kind, nn.Module) and kind not in self.kinds

    def makes_absent(self, node: cst.CSTNode) -> bool:
        return any(self.lacks(cast(cst.Call, call).func) for call in m.findall(node, m.Call()))

    def are_absent(self, node: cst.BaseExpression) -> bool:
        """Whether the model has no part of these classes: `nn.LSTM | nn.GRU`, or a tuple of them, or one."""
        if isinstance(node, cst.BinaryOperation):
            return self.are_absent(node.left) and self.are_absent(node.right)
        kind = self.named(node)
        if self.kinds is None or not isinstance(kind, type) or not issubclass(kind, nn.Module):
            return False
        return not any(issubclass(part, kind) for part in self.kinds)


def plain(text: str, parts: Parts | None = None) -> str:
    """The text of definitions, cleaned."""
    return cst.parse_module(text).visit(Plain(parts or Parts())).code.strip("\n") + "\n"


class Plain(cst.CSTTransformer):
    """See above."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        self.elifs: set[cst.CSTNode] = set()

    # taps

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        if m.matches(updated_node, NOBODY):
            return FALSE
        if m.matches(updated_node, OURS):
            value = updated_node.args[2].value
            return value.with_changes(lpar=[ADDED], rpar=[cst.RightParen()]) if isinstance(value, SUM) and not value.lpar else value
        if m.matches(updated_node.func, m.Name("cast")):
            return updated_node.args[1].value
        if m.matches(updated_node.func, m.Name("hasattr")) and (known := self.parts.has(updated_node)) is not None:
            return TRUE if known else FALSE
        if m.matches(updated_node.func, m.Name("isinstance")) and self.parts.are_absent(updated_node.args[1].value):
            return FALSE
        return updated_node

    def leave_Expr(self, original_node: cst.Expr, updated_node: cst.Expr) -> cst.Expr | cst.RemovalSentinel:
        if m.matches(original_node.value, OURS):
            return cst.RemoveFromParent()
        if isinstance(updated_node.value, cst.SimpleString) and updated_node.value.quote == '"""':
            text = prose(updated_node.value.value)
            return updated_node.with_changes(value=cst.SimpleString(text)) if text else cst.RemoveFromParent()
        return updated_node

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign | cst.RemovalSentinel:
        target = updated_node.targets[0].target
        if isinstance(target, cst.Attribute) and (target.attr.value == "uses" or m.matches(updated_node.value, INTRODUCTION)):
            return cst.RemoveFromParent()
        idle = target.deep_equals(updated_node.value) and not target.deep_equals(original_node.value)
        return cst.RemoveFromParent() if idle else updated_node.with_changes(value=bare(updated_node.value))

    def leave_Assert(self, original_node: cst.Assert, updated_node: cst.Assert) -> cst.Assert | cst.RemovalSentinel:
        return cst.RemoveFromParent()  # said to type checkers

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        """Without what only introduces it to a visitor."""
        line = m.SimpleStatementLine(body=[m.Assign(targets=[m.AssignTarget(m.Name("block"))], value=INTRODUCTION)])
        body = [statement for statement in updated_node.body.body if not m.matches(statement, line)]
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body or [cst.parse_statement("pass")]))

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:
        return updated_node.with_changes(value=updated_node.value and bare(updated_node.value))

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(value=bare(updated_node.value))

    def leave_SimpleStatementLine(self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine) -> Any:
        return updated_node if updated_node.body else cst.RemoveFromParent()

    def leave_With(self, original_node: cst.With, updated_node: cst.With) -> Any:
        if all(m.matches(item.item, m.Call(func=m.Name("part"))) for item in updated_node.items):
            return cst.FlattenSentinel(statements(updated_node.body))
        return updated_node

    # branches

    def leave_UnaryOperation(self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation) -> cst.BaseExpression:
        inner = self.parts.truth(updated_node.expression)
        if not isinstance(updated_node.operator, cst.Not) or inner not in (TRUE, FALSE):
            return updated_node
        return TRUE if inner is FALSE else FALSE

    def leave_BooleanOperation(self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation) -> cst.BaseExpression:
        left, right = self.parts.truth(updated_node.left), self.parts.truth(updated_node.right)
        absorbing, neutral = (FALSE, TRUE) if isinstance(updated_node.operator, cst.And) else (TRUE, FALSE)
        if left is absorbing or right is absorbing:
            return absorbing
        return right if left is neutral else left if right is neutral else updated_node

    def visit_If(self, node: cst.If) -> None:
        if isinstance(node.orelse, cst.If):
            self.elifs.add(node.orelse)

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> Any:
        body, other, nested = updated_node.body, updated_node.orelse, original_node in self.elifs
        refuses = m.matches(statements(original_node.body)[-1], m.SimpleStatementLine(body=[REFUSAL]))
        if refuses and other is None and not nested and not m.findall(updated_node.test, m.NamedExpr()):  # which may be used below
            return cst.RemoveFromParent()
        test = self.parts.truth(updated_node.test)
        if m.matches(original_node.test, EITHER) and isinstance(other, cst.Else):  # equations, and something faster
            test = TRUE
        if test is FALSE or self.parts.makes_absent(body):
            if nested or other is None:
                return other or cst.RemoveFromParent()
            if isinstance(other, cst.Else):
                return cst.FlattenSentinel(statements(other.body))
            return other.with_changes(leading_lines=updated_node.leading_lines)
        if test is TRUE:
            return cst.Else(body=body) if nested else cst.FlattenSentinel(statements(body))
        return updated_node

    def leave_For(self, original_node: cst.For, updated_node: cst.For) -> Any:
        return updated_node if updated_node.body.body else cst.RemoveFromParent()

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        test = self.parts.truth(updated_node.test)
        if test is TRUE or self.parts.makes_absent(updated_node.orelse):
            return updated_node.body
        return updated_node.orelse if test is FALSE or self.parts.makes_absent(updated_node.body) else updated_node

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> cst.IndentedBlock:
        """What stands behind a return that now always happens cannot be reached."""
        body = list(updated_node.body)
        for place, statement in enumerate(body):
            if m.matches(statement, m.SimpleStatementLine(body=[m.Return()])) and self.parts.makes_absent(statement) and place:
                before = body[place - 1]  # the branch before this one is always taken
                body[place - 1 :] = statements(before.body) if isinstance(before, cst.If) else [before]
            if m.matches(statement, m.SimpleStatementLine(body=[m.Return() | m.Raise()])):
                return updated_node.with_changes(body=body[: place + 1])
        return updated_node

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:
        kept = [element for element in updated_node.elements if not self.parts.lacks(element.value)]
        return updated_node.with_changes(elements=kept) if len(kept) < len(updated_node.elements) else updated_node

    # annotations, refusals, remarks

    def leave_Subscript(self, original_node: cst.Subscript, updated_node: cst.Subscript) -> cst.BaseExpression:
        if isinstance(updated_node.value, cst.Name) and updated_node.value.value in SHAPED:
            return cast(cst.Index, updated_node.slice[0].slice).value
        return updated_node

    def leave_Annotation(self, original_node: cst.Annotation, updated_node: cst.Annotation) -> cst.Annotation:
        return cast(cst.Annotation, m.replace(updated_node, NAMED, cst.Name("str")))

    def leave_Raise(self, original_node: cst.Raise, updated_node: cst.Raise) -> cst.Raise:
        if not m.matches(updated_node, REFUSAL):
            return updated_node
        call = cast(cst.Call, updated_node.exc)
        return updated_node.with_changes(exc=call.with_changes(func=cst.Name("ValueError"), args=[_last(call.args[0])]))

    def leave_Decorator(self, original_node: cst.Decorator, updated_node: cst.Decorator) -> cst.Decorator | cst.RemovalSentinel:
        return cst.RemoveFromParent() if m.matches(updated_node.decorator, m.Name("register")) else updated_node

    def leave_TrailingWhitespace(self, original_node: cst.TrailingWhitespace, updated_node: cst.TrailingWhitespace) -> Any:
        comment = updated_node.comment
        if comment and REMARK.match(comment.value):
            return updated_node.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
        return updated_node


def code_of(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def statements(body: cst.BaseSuite) -> Sequence[cst.BaseStatement]:
    return cast("Sequence[cst.BaseStatement]", body.body)


def bare(node: cst.BaseExpression) -> cst.BaseExpression:
    """Without the parentheses that a tap's going had called for."""
    return node.with_changes(lpar=[], rpar=[]) if node.lpar and node.lpar[0] is ADDED else node


def _last(arg: cst.Arg) -> cst.Arg:
    return arg.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=cst.SimpleWhitespace(""))


def names_of(nodes: Iterable[cst.CSTNode]) -> set[str]:
    return {cast(cst.Name, name).value for node in nodes for name in m.findall(node, m.Name())}
