"""Trino's functions: how a call finds its signature, and how the signature becomes DuckDB's SQL.

A signature is one line, `name(type, …) -> type :: template`. Types are Trino's, with variables: `T K V R S`
any type, `O` one that can be sorted, `N` a number. `...` after the last repeats it. In a template `{0}` is an
argument, `{0:text}`, `{0:local}`, `{0:zone}`, `{0:type}` its text, wall clock, zone, DuckDB type; `{1|a,b}`
the body of a lambda over those SQL texts, `{1}` a lambda whole, `{*}` all arguments; `{T}` the DuckDB
type of a variable. In aggregates `{d}`, `{o}`, `{f}` stand for DISTINCT, ORDER BY, and FILTER with OVER.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count

from opentrail_local.athena.casts import coerced, local, text_of
from opentrail_local.athena.context import Value
from opentrail_local.athena.types import (
    UNKNOWN,
    Type,
    coerces,
    common,
    decimal,
    duck,
    is_number,
    is_orderable,
    split,
)

VARIABLES = "TKVRSON"
_NUMBERS = count(1)  # makes names of lambda parameters unlike each other
_LINE = re.compile(r"(?P<name>\w+)\((?P<parameters>.*?)\)\s*->\s*(?P<result>.+?)\s*::\s*(?P<template>.+)")
_PLACE = re.compile(r"\{(\d+|[*dof]|[A-Z])(?::(\w+))?(?:\|([^{}]*))?\}")
_LAMBDA = re.compile(r"\blambda ([a-z, ]+):")
_SHORT = {"tstz": "timestamp with time zone", "interval": "interval day to second"}

Lambda = Callable[[Sequence[Value]], Value]  # compiles the body for parameters of known types


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    name: str
    parameters: tuple[Type, ...]
    result: Type
    template: str
    variadic: bool = False

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(_shown, self.parameters))})"


@dataclass(slots=True)
class Binding:
    """A signature while arguments are matched with it."""

    types: dict[str, Type] = field(default_factory=dict)
    coercions: int = 0

    def bind(self, parameter: Type, argument: Type) -> bool:
        """Whether an argument fits; variables take the widest type seen."""
        if parameter.name in VARIABLES:
            known = self.types.get(parameter.name)
            merged = argument if known is None else common(known, argument)
            if merged is None or not _allowed(parameter.name, merged):
                return False
            self.types[parameter.name] = merged
            return True
        if argument == UNKNOWN:
            self.coercions += 1
            return True
        if parameter.args and parameter.name == argument.name and len(parameter.args) == len(argument.args):
            pairs = zip(parameter.args, argument.args, strict=True)
            return all(self.bind(inner, found) for inner, found in pairs)
        if parameter.name == argument.name and not parameter.args:
            return True
        if parameter.name == "decimal" and parameter.digits is None:
            return False
        self.coercions += 1
        return not parameter.args and coerces(argument, parameter)

    def typed(self, type_: Type) -> Type:
        """A signature's type with what its variables stand for."""
        if type_.name in VARIABLES:
            return self.types.get(type_.name, UNKNOWN)
        if not type_.args:
            return type_
        return replace(type_, args=tuple(self.typed(arg) for arg in type_.args))


@dataclass(slots=True)
class Call:
    """A call that found its signature: argument texts, result type, and what its template needs."""

    signature: Signature
    arguments: list[Value]
    result: Type
    lambdas: dict[int, tuple[Lambda, list[Type]]]
    types: dict[str, Type]

    def sql(self, *, distinct: str = "", order: str = "", ending: str = "") -> str:
        """The call in DuckDB's SQL."""

        def put(match: re.Match[str]) -> str:
            key, form, over = match.groups()
            if key.isdigit():
                return self._argument(int(key), form, over)
            if key == "*":
                return ", ".join(argument.sql for argument in self.arguments)
            if key in "dof":
                return {"d": distinct, "o": order, "f": ending}[key]
            return duck(self.types.get(key, UNKNOWN))

        return _PLACE.sub(put, _own_names(self.signature.template))

    def _argument(self, i: int, form: str | None, over: str | None) -> str:
        if i not in self.lambdas:
            return _formed(self.arguments[i], form)
        function, types = self.lambdas[i]
        names = over.split(",") if over else [f"l{next(_NUMBERS)}" for _ in types]
        body = function([Value(name.strip(), type_) for name, type_ in zip(names, types, strict=True)])
        return body.sql if over else f"lambda {', '.join(names)}: {body.sql}"


def _formed(value: Value, form: str | None) -> str:
    if form == "local":
        return local(value)
    if form == "type":
        return duck(value.type)
    if form == "zone":
        return f"'{value.type.zone or 'UTC'}'"
    if form == "text":
        inner = text_of(Value("t_", value.type.args[0]))
        return value.sql if inner is None else f"list_transform({value.sql}, lambda t_: {inner})"
    return value.sql


def _own_names(template: str) -> str:
    """The template with lambda parameters nobody else has: arguments may hold lambdas too."""
    for match in _LAMBDA.findall(template):
        for name in match.replace(" ", "").split(","):
            template = re.sub(rf"\b{name}\b(?!')", f"{name}{next(_NUMBERS)}", template)
    return template


def resolve(signatures: Sequence[Signature], arguments: Sequence[Value | Lambda]) -> Call | None:
    """The call by the signature that fits with the fewest coercions, the first of those; None for none."""
    best: tuple[int, Signature, Binding] | None = None
    for signature in signatures:
        binding = _bound(signature, arguments)
        if binding is not None and (best is None or binding.coercions < best[0]):
            best = (binding.coercions, signature, binding)
    if best is None:
        return None
    _, signature, binding = best
    return _call(signature, binding, arguments)


def table(text: str) -> dict[str, list[Signature]]:
    """The signatures of a text, one a line, by name."""
    found: dict[str, list[Signature]] = {}
    for line in text.strip().splitlines():
        if line.strip():
            signature = _parsed(line.strip())
            found.setdefault(signature.name, []).append(signature)
    return found


def _parsed(line: str) -> Signature:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"No signature: {line}")
    parameters = match["parameters"]
    variadic = parameters.endswith("...")
    return Signature(
        match["name"],
        tuple(_type(part) for part in split(parameters.removesuffix("..."))),
        _type(match["result"]),
        match["template"],
        variadic,
    )


@cache
def _type(text: str) -> Type:
    name, bracket, rest = text.strip().partition("(")
    args = tuple(_type(part) for part in split(rest.removesuffix(")"))) if bracket else ()
    name = _SHORT.get(name, name)
    return Type(name, args, zone="UTC" if name == "timestamp with time zone" else None)


def _bound(signature: Signature, arguments: Sequence[Value | Lambda]) -> Binding | None:
    parameters = _parameters(signature, len(arguments))
    if parameters is None:
        return None
    binding = Binding()
    for parameter, argument in zip(parameters, arguments, strict=True):
        if isinstance(argument, Value):
            if parameter.name == "function" or not binding.bind(parameter, argument.type):
                return None
        elif parameter.name != "function":
            return None
    return binding


def _parameters(signature: Signature, count: int) -> tuple[Type, ...] | None:
    wanted = len(signature.parameters)
    if signature.variadic and count >= wanted:
        return signature.parameters + (signature.parameters[-1],) * (count - wanted)
    return signature.parameters if count == wanted else None


def _call(signature: Signature, binding: Binding, arguments: Sequence[Value | Lambda]) -> Call | None:
    parameters = _parameters(signature, len(arguments)) or ()
    lambdas: dict[int, tuple[Lambda, list[Type]]] = {}
    for i, (parameter, argument) in enumerate(zip(parameters, arguments, strict=True)):
        if isinstance(argument, Value):
            continue
        if not _fits(parameter, argument, binding):
            return None
        lambdas[i] = (argument, [binding.typed(part) for part in parameter.args[:-1]])
    values = [
        _coerced(argument, _wanted(binding.typed(parameter), argument.type))
        if isinstance(argument, Value)
        else Value("", UNKNOWN)
        for parameter, argument in zip(parameters, arguments, strict=True)
    ]
    result = binding.typed(signature.result)
    zones = [value.type.zone for value in values if value.type.zone is not None]
    if result.zone is not None and zones:
        result = replace(result, zone=zones[0])
    if result.name == "decimal" and result.digits is None:  # of a sum or an average
        own = values[0].type
        result = own if signature.name == "avg" else decimal(38, own.scale or 0)
    return Call(signature, values, result, lambdas, binding.types)


def _coerced(value: Value, type_: Type) -> Value:
    return Value(coerced(value, type_), type_, value.columns)


def _wanted(parameter: Type, argument: Type) -> Type:
    """An argument's type where the signature leaves digits open."""
    return argument if parameter.name == argument.name and not parameter.args else parameter


def _fits(parameter: Type, function: Lambda, binding: Binding) -> bool:
    """Whether a lambda's body has the type it must have; a result that is wider widens the variable once."""
    for _ in range(2):
        types = [binding.typed(part) for part in parameter.args[:-1]]
        body = function([Value(f"l{i}", type_) for i, type_ in enumerate(types)])
        before = dict(binding.types)
        if not binding.bind(parameter.args[-1], body.type):
            return False
        if before == binding.types:
            return True
    return True


def _allowed(variable: str, type_: Type) -> bool:
    if variable == "N":
        return is_number(type_) or type_ == UNKNOWN
    return variable != "O" or is_orderable(type_)


def _shown(type_: Type) -> str:
    return "varchar(x)" if type_.name == "varchar" else str(type_)
