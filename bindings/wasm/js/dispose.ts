// Browsers older than `using` lack the symbol; the classes here define a method of that name when they load.
(Symbol as { dispose?: symbol }).dispose ??= Symbol.for("Symbol.dispose");
export {};
