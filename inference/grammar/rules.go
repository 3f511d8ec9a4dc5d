package grammar

// The rules of this file are those of JSON itself, which every schema shares.

// spaceRule reads one space, or a line break and an indent. It has an end to it:
// a model would fill an answer with space otherwise.
func (b *builder) spaceRule() int32 {
	if b.space != 0 {
		return b.space
	}
	b.space = b.state()
	b.edge(b.space, ' ', ' ', b.end())
	indent := b.end()
	b.edge(b.space, '\n', '\n', indent)
	for range 32 {
		next := b.end()
		b.edge(indent, ' ', ' ', next)
		indent = next
	}
	return b.space
}

// anyValue reads any JSON value.
func (b *builder) anyValue() int32 {
	if b.any != 0 {
		return b.any
	}
	b.any, b.anyObject = b.state(), b.state()
	list := b.state()
	b.list(list, b.any, 0, -1)
	b.members(b.anyObject, b.any)
	for _, rule := range []int32{b.anyObject, list, b.textRule(), b.numberRule()} {
		b.jump(b.any, rule)
	}
	b.literals(b.any, []byte("true"), []byte("false"), []byte("null"))
	return b.any
}

// members reads an object with any names.
func (b *builder) members(rule, value int32) {
	closing, first, next := b.state(), b.state(), b.state()
	b.edge(closing, '}', '}', b.end())
	b.spaced(b.bytes(rule, "{"), first)
	b.jump(first, closing)
	b.jump(first, next)

	name, colon, after := b.state(), b.state(), b.state()
	b.call(next, b.textRule(), name)
	b.spaced(b.bytes(name, ":"), colon)
	b.call(colon, value, after)
	b.spaced(after, closing)
	b.spaced(b.bytes(after, ","), next)
}

// textRule reads a string of whole UTF-8 characters and escapes. A surrogate
// comes with its other half only.
func (b *builder) textRule() int32 {
	if b.text != 0 {
		return b.text
	}
	b.text = b.state()
	in := b.bytes(b.text, `"`)
	b.edge(in, '"', '"', b.end())
	b.edge(in, ' ', '!', in)
	b.edge(in, '#', '[', in)
	b.edge(in, ']', 0x7f, in)
	b.characters(in)
	b.escapes(in)
	return b.text
}

// characters reads the characters of two to four bytes, by the table of
// well-formed UTF-8 in the Unicode standard.
func (b *builder) characters(in int32) {
	one, two, three := b.state(), b.state(), b.state() // bytes still to come
	b.edge(one, 0x80, 0xbf, in)
	b.edge(two, 0x80, 0xbf, one)
	b.edge(three, 0x80, 0xbf, two)
	b.edge(in, 0xc2, 0xdf, one)
	b.edge(in, 0xe1, 0xec, two)
	b.edge(in, 0xee, 0xef, two)
	b.edge(in, 0xf1, 0xf3, three)
	for _, first := range []struct{ lead, low, high byte }{{0xe0, 0xa0, 0xbf}, {0xed, 0x80, 0x9f}} {
		second := b.state()
		b.edge(in, first.lead, first.lead, second)
		b.edge(second, first.low, first.high, one)
	}
	for _, first := range []struct{ lead, low, high byte }{{0xf0, 0x90, 0xbf}, {0xf4, 0x80, 0x8f}} {
		second := b.state()
		b.edge(in, first.lead, first.lead, second)
		b.edge(second, first.low, first.high, two)
	}
}

func (b *builder) escapes(in int32) {
	escape := b.bytes(in, `\`)
	for _, c := range []byte(`"\/bfnrt`) {
		b.edge(escape, c, c, in)
	}

	code := b.bytes(escape, "u")
	one := b.state() // digits still to come
	two, three, half := b.state(), b.state(), b.state()
	b.hex(one, in)
	b.hex(two, one)
	b.hex(three, two)
	b.edge(code, '0', '9', three)
	for _, a := range []byte("aA") {
		b.edge(code, a, a+2, three)
		b.edge(code, a+3, a+3, half)
		b.edge(code, a+4, a+5, three)
	}

	high, low := b.state(), b.state() // the rest of a pair
	b.edge(half, '0', '7', two)
	b.edge(half, '8', '9', high)
	lastDigit, second := b.state(), b.state()
	b.hex(high, lastDigit)
	b.hex(lastDigit, second)
	lowCode := b.bytes(second, `\u`)
	for _, a := range []byte("aA") {
		b.edge(half, a, a+1, high)
		b.edge(lowCode, a+3, a+3, low)
		b.edge(low, a+2, a+5, two)
	}
}

func (b *builder) hex(from, to int32) {
	b.edge(from, '0', '9', to)
	b.edge(from, 'a', 'f', to)
	b.edge(from, 'A', 'F', to)
}

// whole reads a whole number, and gives the states where it may end.
func (b *builder) whole(rule int32) []int32 {
	zero, digits := b.end(), b.end()
	ends := []int32{zero, digits}
	for _, from := range []int32{rule, b.bytes(rule, "-")} {
		b.edge(from, '0', '0', zero)
		b.edge(from, '1', '9', digits)
	}
	return append(ends, b.digits(digits, 14)...)
}

// digits reads up to some more digits, and gives the states after each.
func (b *builder) digits(from int32, most int) (ends []int32) {
	for range most {
		to := b.end()
		b.edge(from, '0', '9', to)
		ends = append(ends, to)
		from = to
	}
	return ends
}

func (b *builder) integerRule() int32 {
	if b.integer == 0 {
		b.integer = b.state()
		b.whole(b.integer)
	}
	return b.integer
}

func (b *builder) numberRule() int32 {
	if b.number != 0 {
		return b.number
	}
	b.number = b.state()
	point, exponent := b.state(), b.state()
	whole := b.whole(b.number)
	for _, s := range whole {
		b.edge(s, '.', '.', point)
	}
	for _, s := range append(whole, b.digits(point, 15)...) {
		b.edge(s, 'e', 'e', exponent)
		b.edge(s, 'E', 'E', exponent)
	}
	signed := b.state()
	b.edge(exponent, '+', '+', signed)
	b.edge(exponent, '-', '-', signed)
	b.jump(exponent, signed)
	b.digits(signed, 2)
	return b.number
}
