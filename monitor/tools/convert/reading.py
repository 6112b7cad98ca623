"""Reads a Python configuration file as data: plain assignments, branches on the run number, loops over lists.

Nothing is imported, and nothing of the file is executed.
What is more than that becomes ``Unknown`` where it stands, and is noted with its line.
"""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError
from monitor.tools.convert.source_text import parsed, text_of
from monitor.tools.convert.value import LONGEST, NotPlain, Unknown, calculated, called, checked, compared, negated

DEEPEST = 8
"""Functions of the file that call each other."""


class _Return(Exception):
    """A function returned."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Leave(Exception):
    """``break`` or ``continue`` of a loop."""


class _Stop(_Leave):
    """``break``."""


class Reading:
    """One configuration file.

    Attributes
    ----------
    notes
        What was not understood, one sentence each.
    names
        Plain values assigned at the top of the file.
    functions
        Functions of the file by name.

    Raises
    ------
    ConfigError
        If the file cannot be read, or is no Python.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.notes = path, list[str]()
        self.names: dict[str, Any] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self._steps = self._depth = 0
        self._text = text_of(path)
        self._carry_out(parsed(self._text, path), self.names)

    def result(self, name: str, *arguments: Any) -> Any:
        """What a function of the file returns for plain arguments; None if it returns nothing."""
        function = self.functions[name]
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                raise NotPlain
            self._block(function.body, dict(zip((a.arg for a in function.args.args), arguments, strict=False)))
        except _Return as back:
            return back.value
        except (_Leave, RecursionError) as error:
            raise NotPlain from error
        finally:
            self._depth -= 1
        return None

    def _carry_out(self, tree: ast.Module, names: dict[str, Any]) -> None:
        try:
            self._block(tree.body, names)
        except (_Return, _Leave, RecursionError) as error:
            raise ConfigError("is nested too deeply, or is no configuration", file=str(self.path)) from error

    def _block(self, statements: Sequence[ast.stmt], names: dict[str, Any]) -> None:
        for statement in statements:
            self._steps += 1
            if self._steps > LONGEST:
                raise ConfigError("takes too long to read; are there loops without end?", file=str(self.path))
            try:
                self._statement(statement, names)
            except NotPlain:
                self.notes.append(f"line {statement.lineno}: not understood: {self._first_line(statement)}")

    def _statement(self, node: ast.stmt, names: dict[str, Any]) -> None:
        match node:
            case ast.FunctionDef():
                self.functions[node.name] = node
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Global():
                pass
            case ast.Assign():
                value = self._value(node.value, names)
                for target in node.targets:
                    self._put(target, value, names)
            case ast.AnnAssign() if node.value is not None:
                self._put(node.target, self._value(node.value, names), names)
            case ast.AugAssign():
                old = self._value(node.target, names)
                self._put(node.target, calculated(node.op, old, self._value(node.value, names)), names)
            case ast.If():
                test = self._value(node.test, names)
                if isinstance(test, Unknown):
                    raise NotPlain
                self._block(node.body if test else node.orelse, names)
            case ast.For():
                self._loop(node, names)
            case ast.Try():
                self._block(node.body, names)
            case ast.Return():
                raise _Return(None if node.value is None else self._value(node.value, names))
            case ast.Break():
                raise _Stop
            case ast.Continue():
                raise _Leave
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"))) | ast.Expr(value=ast.Constant()):
                pass
            case ast.Expr(value=ast.Call(func=ast.Attribute() as function, args=arguments)):
                self._method(function, arguments, names)
            case _:
                raise NotPlain

    def _loop(self, node: ast.For, names: dict[str, Any]) -> None:
        over = self._value(node.iter, names)
        if not isinstance(over, list | tuple | dict | str):
            raise NotPlain
        for item in list(over):
            self._put(node.target, item, names)
            try:
                self._block(node.body, names)
            except _Stop:
                break
            except _Leave:
                continue

    def _put(self, target: ast.expr, value: Any, names: dict[str, Any]) -> None:
        match target:
            case ast.Name():
                names[target.id] = value
            case ast.Tuple() | ast.List() if isinstance(value, list | tuple) and len(value) == len(target.elts):
                for part, item in zip(target.elts, value, strict=True):
                    self._put(part, item, names)
            case ast.Subscript():
                place, key = self._value(target.value, names), self._value(target.slice, names)
                try:
                    place[key] = value
                except (TypeError, LookupError) as error:
                    raise NotPlain from error
            case _:
                raise NotPlain

    def _method(self, function: ast.Attribute, arguments: list[ast.expr], names: dict[str, Any]) -> Any:
        """What the methods of lists, dicts and texts do that configurations use."""
        place, given = self._value(function.value, names), [self._value(argument, names) for argument in arguments]
        methods: dict[type, tuple[str, ...]] = {
            list: ("append", "extend", "insert", "copy", "index"),
            dict: ("update", "setdefault", "get", "keys", "values", "items", "copy", "pop"),
            str: ("lower", "upper", "startswith", "endswith", "find", "strip"),
        }
        if function.attr not in methods.get(type(place), ()):
            raise NotPlain
        try:
            found = getattr(place, function.attr)(*given)
        except (TypeError, LookupError, ValueError) as error:
            raise NotPlain from error
        checked(place)
        return found if isinstance(found, str | int | float | dict | list | None) else list(found)

    def _value(self, node: ast.expr, names: dict[str, Any]) -> Any:
        """Value of an expression; ``Unknown`` if it is not plain."""
        try:
            return self._plain(node, names)
        except NotPlain:
            return Unknown(ast.unparse(node), node.lineno)

    def _plain(self, node: ast.expr, names: dict[str, Any]) -> Any:
        match node:
            case ast.Constant() if isinstance(node.value, str | int | float | bool | None):
                return checked(node.value)
            case ast.Name():
                if node.id in names:
                    return names[node.id]
                if node.id in self.names:
                    return self.names[node.id]
                raise NotPlain
            case ast.List() | ast.Tuple() | ast.Set():
                return [self._value(item, names) for item in node.elts]
            case ast.Dict():
                return self._dict(node, names)
            case ast.BinOp():
                return calculated(node.op, self._value(node.left, names), self._value(node.right, names))
            case ast.UnaryOp():
                return negated(node.op, self._value(node.operand, names))
            case ast.Compare():
                return compared(node.ops, [self._value(part, names) for part in (node.left, *node.comparators)])
            case ast.BoolOp():
                return self._either(node, names)
            case ast.IfExp():
                return self._value(node.body if self._known(node.test, names) else node.orelse, names)
            case ast.Subscript():
                return self._item(node, names)
            case ast.JoinedStr():
                return "".join(str(self._known(getattr(part, "value", part), names)) for part in node.values)
            case ast.ListComp() if len(node.generators) == 1:
                return self._listed(node.elt, node.generators[0], names)
            case ast.Call():
                return self._call(node, names)
            case _:
                raise NotPlain

    def _known(self, node: Any, names: dict[str, Any]) -> Any:
        if isinstance(node, str):
            return node
        value = self._value(node, names)
        if isinstance(value, Unknown):
            raise NotPlain
        return value

    def _dict(self, node: ast.Dict, names: dict[str, Any]) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                more = self._known(value, names)
                found.update(more if isinstance(more, dict) else {})
            else:
                found[_hashable(self._known(key, names))] = self._value(value, names)
        return found

    def _either(self, node: ast.BoolOp, names: dict[str, Any]) -> Any:
        value: Any = None
        for part in node.values:
            value = self._known(part, names)
            if bool(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def _item(self, node: ast.Subscript, names: dict[str, Any]) -> Any:
        place = self._known(node.value, names)
        try:
            if isinstance(node.slice, ast.Slice):
                parts = (node.slice.lower, node.slice.upper, node.slice.step)
                return place[slice(*(None if part is None else self._known(part, names) for part in parts))]
            return place[self._known(node.slice, names)]
        except (TypeError, LookupError, ValueError) as error:
            raise NotPlain from error

    def _listed(self, element: ast.expr, over: ast.comprehension, names: dict[str, Any]) -> list[Any]:
        found, inner, items = [], dict(names), self._known(over.iter, names)
        if not isinstance(items, list | tuple | dict | str):
            raise NotPlain
        for item in list(items):
            self._put(over.target, item, inner)
            if all(self._known(test, inner) for test in over.ifs):
                found.append(self._value(element, inner))
        return found

    def _call(self, node: ast.Call, names: dict[str, Any]) -> Any:
        named = {keyword.arg: self._value(keyword.value, names) for keyword in node.keywords if keyword.arg}
        if isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            return self._is_a(node, names)
        if isinstance(node.func, ast.Name) and node.func.id in self.functions:
            return self.result(node.func.id, *(self._known(argument, names) for argument in node.args))
        if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value, names, self.names):
            return self._method(node.func, node.args, names)
        last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called(last, [self._value(argument, names) for argument in node.args], named)

    def _is_a(self, node: ast.Call, names: dict[str, Any]) -> bool:
        """Configurations ask whether the run number is a text."""
        kinds = {"str": str, "basestring": str, "int": int, "float": float, "list": list, "dict": dict}
        if len(node.args) != 2 or not isinstance(node.args[1], ast.Name) or node.args[1].id not in kinds:
            raise NotPlain
        return isinstance(self._known(node.args[0], names), kinds[node.args[1].id])

    def _first_line(self, node: ast.stmt) -> str:
        return self._text.splitlines()[node.lineno - 1].strip()


def _is_module(node: ast.expr, *names: dict[str, Any]) -> bool:
    """Whether a name is none of the file's: ``np`` in ``np.arange``."""
    return isinstance(node, ast.Name) and not any(node.id in known for known in names)


def _hashable(value: Any) -> Any:
    if not isinstance(value, str | int | float | bool | None):
        raise NotPlain
    return value
