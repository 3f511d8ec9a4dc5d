package gpt

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ardanlabs/jinja"
)

// pyPrint is what Python's str makes of a value: the text that {{ }} and the
// string filter give.
func pyPrint(args []jinja.Value, _ map[string]jinja.Value) (jinja.Value, error) {
	var b strings.Builder
	var err error
	switch {
	case len(args) == 1 && args[0].IsString():
		return args[0], nil
	case len(args) == 1 && args[0].IsUndefined():
		return jinja.NewString(""), nil
	case len(args) == 1:
		err = pyRepr(&b, args[0], 0)
	default: // {{ a, b }} is a tuple
		err = pyReprList(&b, "(", args, ")", 0)
	}
	return jinja.NewString(b.String()), err
}

// pyRepr writes a value as Python's repr does.
func pyRepr(b *strings.Builder, v jinja.Value, depth int) error {
	switch {
	case depth > 100:
		return fmt.Errorf("print: nested deeper than 100")
	case v.IsUndefined():
		b.WriteString("Undefined")
	case v.IsFloat():
		b.WriteString(pyReprFloat(v.AsFloat()))
	case v.IsString():
		pyReprText(b, v.AsString())
	case v.IsList():
		return pyReprList(b, "[", v.AsList().Items, "]", depth)
	case v.IsDict():
		return pyReprDict(b, v.AsDict(), depth)
	default:
		b.WriteString(v.String())
	}
	return nil
}

func pyReprList(b *strings.Builder, opening string, items []jinja.Value, closing string, depth int) error {
	b.WriteString(opening)
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		if err := pyRepr(b, item, depth+1); err != nil {
			return err
		}
	}
	b.WriteString(closing)
	return nil
}

func pyReprDict(b *strings.Builder, d *jinja.Dict, depth int) error {
	b.WriteByte('{')
	for i, key := range d.Keys {
		if i > 0 {
			b.WriteString(", ")
		}
		pyReprText(b, key)
		b.WriteString(": ")
		if err := pyRepr(b, d.Data[key], depth+1); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// pyReprText quotes with ', or with " where that saves escapes.
func pyReprText(b *strings.Builder, s string) {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}

	b.WriteRune(quote)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		switch {
		case r == quote || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			fmt.Fprintf(b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
}

// pyReprFloat differs from JSON only in what is no number.
func pyReprFloat(f float64) string {
	switch s := strconv.FormatFloat(f, 'g', -1, 64); s {
	case "NaN":
		return "nan"
	case "+Inf":
		return "inf"
	case "-Inf":
		return "-inf"
	}
	return pyFloat(f)
}
