package grammar

import (
	"fmt"
	"slices"
)

// The bounds of a grammar.
const (
	maxStates = 1 << 16 // about a byte of names and enums, or a third of a property, each
	maxDepth  = 64      // rules that wait for one another's end
	never     = maxDepth + 1
)

// Grammar is a compiled schema. It may be used by any number of matchers.
type Grammar struct {
	states []state
	start  int32
}

// state is a state of one rule. A rule is named by its first state.
type state struct {
	edges  []edge
	jumps  []int32 // states that are entered with this one
	calls  []call
	accept bool // the rule may end here

	plain   bool // only edges
	mayCall bool // some way from here calls a rule before this one ends
	need    int  // rules that must be called inside one another to end this one, at least
}

// edge reads one byte.
type edge struct {
	low, high byte
	to        int32
}

// call reads what a rule reads, and goes on at ret.
type call struct{ rule, ret int32 }

// Any is the grammar of json_object: an object of any content.
func Any() *Grammar {
	b := newBuilder()
	b.anyValue()
	g, _ := b.finish(b.anyObject)
	return g
}

// Compile makes a grammar of a schema. What is wrong with it comes back as an
// *Error.
func Compile(schema []byte) (g *Grammar, err error) {
	root, err := parse(schema)
	if err != nil {
		return nil, err
	}
	if !root.isObject() {
		return nil, root.fail("must be an object", "give a JSON Schema")
	}

	b := newBuilder()
	start, err := b.value(root)
	if err != nil {
		return nil, err
	}
	return b.finish(start)
}

// builder makes the states of a grammar.
type builder struct {
	states []state
	rules  map[*node]int32 // begun or made, for what refers to itself

	space, text, number, integer, any, anyObject int32 // rules that are shared; 0 is not made
}

func newBuilder() *builder {
	// State 0 is nobody's, so that 0 says that there is none.
	return &builder{rules: map[*node]int32{}, states: make([]state, 1)}
}

func (b *builder) state() int32 {
	b.states = append(b.states, state{})
	return int32(len(b.states) - 1)
}

// end makes a state where a rule ends.
func (b *builder) end() int32 {
	s := b.state()
	b.states[s].accept = true
	return s
}

func (b *builder) edge(from int32, low, high byte, to int32) {
	b.states[from].edges = append(b.states[from].edges, edge{low, high, to})
}

func (b *builder) jump(from, to int32) {
	b.states[from].jumps = append(b.states[from].jumps, to)
}

func (b *builder) call(from, rule, to int32) {
	b.states[from].calls = append(b.states[from].calls, call{rule, to})
}

// bytes reads some bytes from a state, and gives the state after them.
func (b *builder) bytes(from int32, text string) int32 {
	for i := range len(text) {
		to := b.state()
		b.edge(from, text[i], text[i], to)
		from = to
	}
	return from
}

// definitions compiles those of a root, also what nothing refers to: what is wrong
// with them is said too.
func (b *builder) definitions(root *node) error {
	for _, key := range []string{"$defs", "definitions"} {
		defs := root.field(key)
		if defs == nil {
			continue
		}
		if !defs.isObject() {
			return defs.fail("must be an object", "")
		}
		for _, d := range defs.items {
			if _, err := b.value(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// room refuses a part for which there would be too many states.
func (b *builder) room(n *node, states int) error {
	if len(b.states)+states > maxStates {
		return n.fail("makes the schema too large", fmt.Sprintf("a schema may have about %d bytes of names and enum values, fewer with many properties or items", maxStates))
	}
	return nil
}

// value makes the rule of a schema.
func (b *builder) value(n *node) (int32, error) {
	if rule, ok := b.rules[n]; ok {
		return rule, nil
	}
	if err := b.room(n, 0); err != nil {
		return 0, err
	}
	rule := b.state()
	b.rules[n] = rule
	if n.token == true {
		b.jump(rule, b.anyValue())
		return rule, nil
	}
	if !n.isObject() {
		return 0, n.fail("must be an object", "give a JSON Schema")
	}
	if err := b.schema(rule, n); err != nil || n.root != n {
		return rule, err
	}
	return rule, b.definitions(n)
}

func (b *builder) schema(rule int32, n *node) error {
	types, err := n.types()
	if err != nil {
		return err
	}
	switch {
	case n.field("$ref") != nil:
		return b.ref(rule, n)
	case n.field("anyOf") != nil:
		return b.anyOf(rule, n)
	case n.field("enum") != nil:
		return b.enum(rule, n, types)
	case n.field("const") != nil:
		return b.constant(rule, n, types)
	case types == nil:
		if err := n.keywords("type", "enum", "const", "anyOf", "$ref"); err != nil {
			return err
		}
		b.jump(rule, b.anyValue())
		return nil
	}

	known := []string{"type", "enum", "const"}
	if slices.Contains(types, "object") {
		known = append(known, "properties", "required", "additionalProperties")
	}
	if slices.Contains(types, "array") {
		known = append(known, "items", "minItems", "maxItems")
	}
	if err := n.keywords(known...); err != nil {
		return err
	}
	for _, t := range types {
		if err := b.typed(rule, n, t); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) typed(rule int32, n *node, name string) error {
	switch name {
	case "object":
		return b.object(rule, n)
	case "array":
		return b.array(rule, n)
	case "string":
		b.jump(rule, b.textRule())
	case "number":
		b.jump(rule, b.numberRule())
	case "integer":
		b.jump(rule, b.integerRule())
	case "boolean":
		b.literals(rule, []byte("true"), []byte("false"))
	default:
		b.literals(rule, []byte("null"))
	}
	return nil
}

func (b *builder) ref(rule int32, n *node) error {
	if err := n.keywords("$ref"); err != nil {
		return err
	}
	target, err := n.field("$ref").target()
	if err != nil {
		return err
	}
	to, err := b.value(target)
	b.jump(rule, to)
	return err
}

func (b *builder) anyOf(rule int32, n *node) error {
	if err := n.keywords("anyOf"); err != nil {
		return err
	}
	list := n.field("anyOf")
	if !list.isList() || len(list.items) == 0 {
		return list.fail("must be a list of schemas", "give at least one")
	}
	for _, item := range list.items {
		to, err := b.value(item)
		if err != nil {
			return err
		}
		b.jump(rule, to)
	}
	return nil
}

func (b *builder) enum(rule int32, n *node, types []string) error {
	if err := n.keywords("enum", "type"); err != nil {
		return err
	}
	list := n.field("enum")
	if !list.isList() || len(list.items) == 0 {
		return list.fail("must be a list of values", "give at least one")
	}
	return b.values(rule, list.items, types)
}

func (b *builder) constant(rule int32, n *node, types []string) error {
	if err := n.keywords("const", "type"); err != nil {
		return err
	}
	return b.values(rule, []*node{n.field("const")}, types)
}

// values reads one of some values that the schema writes out.
func (b *builder) values(rule int32, list []*node, types []string) error {
	var texts [][]byte
	size := 0
	for _, item := range list {
		if !item.is(types) {
			return item.fail("is not of the type that stands beside it", "change one of the two")
		}
		texts = append(texts, item.literal(nil))
		size += len(texts[len(texts)-1])
		if err := b.room(item, size); err != nil {
			return err
		}
	}
	b.literals(rule, texts...)
	return nil
}

// literals reads one of some texts, those that begin alike in the same states.
func (b *builder) literals(rule int32, texts ...[]byte) {
	slices.SortFunc(texts, slices.Compare)
	root := b.state() // the rule itself may have other ways
	b.jump(rule, root)
	path := []int32{root}
	var last []byte
	for _, text := range texts {
		common := 0
		for common < min(len(last), len(text)) && last[common] == text[common] {
			common++
		}
		path = path[:common+1]
		for _, c := range text[common:] {
			path = append(path, b.bytes(path[len(path)-1], string([]byte{c})))
		}
		b.states[path[len(path)-1]].accept = true
		last = text
	}
}

// object reads the properties in their order, those that are not required or not.
func (b *builder) object(rule int32, n *node) error {
	more, properties := n.field("additionalProperties"), n.field("properties")
	if more != nil && more.token == true && properties == nil && n.field("required") == nil {
		b.anyValue()
		b.jump(rule, b.anyObject)
		return nil
	}
	if more == nil || more.token != false {
		at := &node{path: append(slices.Clip(n.path), "additionalProperties")}
		return at.fail("must be there and false", "an object has the properties that the schema names and no others, or with true and no properties any")
	}
	if properties == nil {
		properties = &node{}
	} else if !properties.isObject() {
		return properties.fail("must be an object", "")
	}
	required, err := n.required(properties)
	if err != nil {
		return err
	}

	// begin[i] is where property i or a later one may begin, after[i] where the
	// ones before i are done and at least one was written.
	count := len(properties.keys)
	if err := b.room(properties, 8*count); err != nil {
		return err
	}
	begin, after := make([]int32, count+1), make([]int32, count+1)
	for i := range begin {
		begin[i], after[i] = b.state(), b.state()
	}
	last := b.end()
	closing := b.state()
	b.edge(closing, '}', '}', last)

	b.spaced(b.bytes(rule, "{"), begin[0])
	open := true // no property from i on must come
	for i := count; i >= 0; i-- {
		open = open && (i == count || !required[i])
		if open {
			b.spaced(after[i], closing)
		}
		if i == count {
			continue
		}
		b.spaced(b.bytes(after[i], ","), begin[i])
		if !required[i] && i+1 < count {
			b.jump(begin[i], begin[i+1])
		}
	}
	if open {
		b.jump(begin[0], closing)
	}
	for i, item := range properties.items {
		if err := b.property(begin[i], properties.keys[i], item, after[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) property(from int32, key string, schema *node, to int32) error {
	rule, err := b.value(schema)
	if err != nil {
		return err
	}
	name := appendString(nil, key)
	if err := b.room(schema, len(name)); err != nil {
		return err
	}
	value := b.state()
	b.spaced(b.bytes(from, string(name)+":"), value)
	b.call(value, rule, to)
	return nil
}

// spaced goes from a state to another, with space between them or none.
func (b *builder) spaced(from, to int32) {
	b.jump(from, to)
	b.call(from, b.spaceRule(), to)
}

// required tells for each property whether it must be there.
func (n *node) required(properties *node) ([]bool, error) {
	out := make([]bool, len(properties.keys))
	list := n.field("required")
	if list == nil {
		return out, nil
	}
	if !list.isList() {
		return nil, list.fail("must be a list of names", "")
	}
	place := make(map[string]int, len(properties.keys))
	for i, key := range properties.keys {
		place[key] = i
	}
	for _, item := range list.items {
		name, ok := item.token.(string)
		i, there := place[name]
		if !ok || !there {
			return nil, item.fail("names no property", "describe it in properties")
		}
		out[i] = true
	}
	return out, nil
}

func (b *builder) array(rule int32, n *node) error {
	least, err := n.count("minItems", 0)
	if err != nil {
		return err
	}
	const endless = -1
	most, err := n.count("maxItems", endless)
	if err != nil {
		return err
	}
	if most != endless && most < least {
		return n.field("maxItems").fail(fmt.Sprintf("is %d, less than minItems", most), "change one of the two")
	}
	if err := b.room(n, 8*max(least, most)); err != nil {
		return err
	}
	item := b.anyValue()
	if items := n.field("items"); items != nil {
		if item, err = b.value(items); err != nil {
			return err
		}
	}
	b.list(rule, item, least, most)
	return nil
}

// list reads from least to most items, any number above least where most is -1.
func (b *builder) list(rule, item int32, least, most int) {
	last := b.end()
	closing := b.state()
	b.edge(closing, ']', ']', last)

	first := b.state()
	b.spaced(b.bytes(rule, "["), first)
	if least == 0 {
		b.jump(first, closing)
	}
	if most == 0 {
		return
	}
	after := b.state()
	b.call(first, item, after)
	for count := 1; ; count++ {
		if count >= least {
			b.spaced(after, closing)
		}
		if count == most {
			return
		}
		next, following := b.state(), after
		b.spaced(b.bytes(after, ","), next)
		if most >= 0 || count < least {
			following = b.state()
		}
		b.call(next, item, following)
		if following == after {
			return
		}
		after = following
	}
}
