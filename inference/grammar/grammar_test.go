package grammar

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// shapes are schemas with texts that they accept and texts that they refuse.
func shapes() map[string]shape {
	const object = `{"type":"object","additionalProperties":false,`
	return map[string]shape{
		"string":   {`{"type":"string"}`, []string{`""`, `"é\u00e9\ud83d\ude00😀\n\/"`, "\"\x7f\""}, []string{`"`, `"a`, `"a"b`, `'a'`, "\"\n\"", `"\ud800"`, `"\udc00"`, `"\ud83d\u0041"`, `"\x"`, "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", ` "a"`, `"a" `}},
		"number":   {`{"type":"number"}`, []string{`0`, `-0`, `1.5`, `12e3`, `-1.25E-07`, `999999999999999`}, []string{``, `-`, `01`, `.5`, `1.`, `1e`, `1e+`, `+1`, `1234567890123456`, `1e100`, `NaN`}},
		"integer":  {`{"type":"integer","description":"n"}`, []string{`0`, `-12`, `100`}, []string{`1.0`, `1e2`, `007`, `"1"`}},
		"boolean":  {`{"type":"boolean"}`, []string{`true`, `false`}, []string{`True`, `1`, `null`, `truefalse`}},
		"null":     {`{"type":"null"}`, []string{`null`}, []string{`nul`, `0`}},
		"anything": {`{}`, []string{`1`, `{}`, `[]`, `{"a":[1,{"b":null}],"a": "x"}`, "[\n  1,\n  2\n]"}, []string{`{,}`, `[1,]`, `{"a"}`, `{a:1}`, `[1  ]`, `[,1]`}},
		"types":    {`{"type":["string","null","integer"]}`, []string{`"a"`, `null`, `4`}, []string{`true`, `4.5`}},
		"enum":     {`{"enum":["a","ab","b\n",1,12,1.5,null,{"k":[1,2]},true]}`, []string{`"a"`, `"ab"`, `"b\n"`, `1`, `12`, `1.5`, `null`, `{"k":[1,2]}`, `true`}, []string{`"abc"`, `2`, `{"k":[1]}`, `{"k": [1,2]}`, `1.`}},
		"typed":    {`{"type":"string","enum":["x","y"]}`, []string{`"x"`, `"y"`}, []string{`"z"`}},
		"const":    {`{"const":"only"}`, []string{`"only"`}, []string{`"onl"`, `"only`}},
		"object": {object + `"properties":{"b":{"type":"integer"},"a":{"type":"string"},"c d\"":{"type":"boolean"}},"required":["b","a","c d\""]}`,
			[]string{`{"b":1,"a":"x","c d\"":true}`, "{\n  \"b\": 1,\n  \"a\": \"x\",\n  \"c d\\\"\": false\n}", `{ "b": 1, "a": "x", "c d\"": true }`},
			[]string{`{}`, `{"a":"x","b":1,"c d\"":true}`, `{"b":1,"a":"x"}`, `{"b":1,"a":"x","c d\"":true,"e":1}`, `{"b":1,"a":"x","c d\"":true,}`, `{"b":"1","a":"x","c d\"":true}`, `{"b" :1,"a":"x","c d\"":true}`}},
		"optional": {object + `"properties":{"a":{"type":"null"},"b":{"type":"null"},"c":{"type":"null"},"d":{"type":"null"}},"required":["c"]}`,
			[]string{`{"c":null}`, `{"a":null,"c":null}`, `{"b":null,"c":null,"d":null}`, `{"a":null,"b":null,"c":null,"d":null}`},
			[]string{`{}`, `{"a":null}`, `{"c":null,"a":null}`, `{"c":null,"c":null}`, `{,"c":null}`, `{"d":null}`}},
		"all optional": {object + `"properties":{"a":{"type":"null"},"b":{"type":"null"}}}`, []string{`{}`, `{ }`, `{"a":null}`, `{"b":null}`, `{"a":null,"b":null}`}, []string{`{"b":null,"a":null}`, `{"a":null,}`}},
		"empty object": {object + `"required":[]}`, []string{`{}`}, []string{`{"a":1}`, `[]`}},
		"array":        {`{"type":"array","items":{"type":"boolean"}}`, []string{`[]`, `[true]`, `[true, false]`, `[ true,false ]`}, []string{`[1]`, `[true`, `[true,]`}},
		"array counts": {`{"type":"array","items":{"type":"null"},"minItems":2,"maxItems":4}`, []string{`[null,null]`, `[null,null,null]`, `[null,null,null,null]`}, []string{`[]`, `[null]`, `[null,null,null,null,null]`}},
		"array least":  {`{"type":"array","items":{"type":"null"},"minItems":3}`, []string{`[null,null,null]`, `[null,null,null,null,null]`}, []string{`[]`, `[null,null]`}},
		"array none":   {`{"type":"array","maxItems":0}`, []string{`[]`, `[ ]`}, []string{`[1]`}},
		"any of": {`{"anyOf":[` + object + `"properties":{"kind":{"const":"a"},"x":{"type":"integer"}},"required":["kind","x"]},` + object + `"properties":{"kind":{"const":"ab"},"x":{"type":"string"}},"required":["kind","x"]},{"type":"null"}]}`,
			[]string{`{"kind":"a","x":1}`, `{"kind":"ab","x":"1"}`, `null`}, []string{`{"kind":"a","x":"1"}`, `{"kind":"ab","x":1}`}},
		"tree": {object + `"properties":{"v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#"}}},"required":["v","kids"]}`,
			[]string{`{"v":1,"kids":[]}`, `{"v":1,"kids":[{"v":2,"kids":[]},{"v":3,"kids":[{"v":4,"kids":[]}]}]}`}, []string{`{"v":1,"kids":[1]}`}},
		"definitions": {`{"$ref":"#/$defs/list~1x","$defs":{"list/x":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/cell"}]},"cell":` + object + `"properties":{"head":{"type":"integer"},"tail":{"$ref":"#/$defs/list~1x"}},"required":["head","tail"]}}}`,
			[]string{`null`, `{"head":1,"tail":{"head":2,"tail":null}}`}, []string{`{"head":1}`, `{"head":1,"tail":1}`}},
		"ambiguous": {`{"$ref":"#/$defs/n","$defs":{"n":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/n"}},{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}}]}}}`,
			[]string{`[]`, `[[],[[[[null]]]]]`, strings.Repeat("[", 30) + strings.Repeat("]", 30)}, []string{`null`, `[1]`}},
		"any object": {`{"type":"object","additionalProperties":true}`, []string{`{}`, `{"a":[{"b":1}]}`}, []string{`[]`, `1`}},
		"parts": {`{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/a"},{"$id":"urn:b","anyOf":[{"$ref":"#/$defs/a"},{"type":"array","items":{"$ref":"#"}}],"$defs":{"a":{"const":2}}}]},"$defs":{"a":{"const":1}}}`,
			[]string{`[]`, `[1]`, `[2]`, `[[2,[2]]]`}, []string{`[[1]]`, `2`}},
		"self": {`{"anyOf":[{"$ref":"#"},{"type":"null"}]}`, []string{`null`}, []string{`1`}},
	}
}

type shape struct {
	schema         string
	accept, refuse []string
}

func mustCompile(t testing.TB, schema string) *Grammar {
	t.Helper()
	g, err := Compile([]byte(schema))
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	return g
}

func validator(t testing.TB, schema string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pieces is a vocabulary like a model's: every byte, and tokens that run across
// the borders of values.
func pieces() [][]byte {
	var out [][]byte
	for b := range 256 {
		out = append(out, []byte{byte(b)})
	}
	for _, s := range []string{`{"`, `":`, `": "`, `","`, `"}`, `"},{"`, `]}`, `}]`, `[]`, `{}`, `[[`, `]]`, `null`, `true`, `,null`, `true}`, `12`, `-1`, `0.5`, `e-`, `\u`, `\"`, `d83d`,
		"kind", "kids", "head", "tail", "é", "😀", "\xf0\x9f", "\x98\x80", "\n  ", "  ", " \"", "hello", ` world"`, `"a"`, `"kids":[]`, `null,null]`, "", `"x":`, `1,"`} {
		out = append(out, []byte(s))
	}
	return out
}

// accepts runs a text through a matcher byte by byte.
func accepts(m *Matcher, text string) bool {
	m.Reset()
	for i := range len(text) {
		if !m.Allowed().Has(int(text[i])) {
			return false
		}
		if !m.Take(int(text[i])) {
			return false
		}
	}
	return m.Complete()
}

func TestGrammarsAcceptTheirValuesAndNothingElse(t *testing.T) {
	tree := NewVocabulary(pieces())
	for name, s := range shapes() {
		t.Run(name, func(t *testing.T) {
			m, v := NewMatcher(mustCompile(t, s.schema), tree), validator(t, s.schema)
			for _, text := range s.accept {
				if !accepts(m, text) {
					t.Errorf("refuses %s", text)
				}
				if doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text)); err != nil || v.Validate(doc) != nil {
					t.Errorf("the validator refuses %s", text)
				}
			}
			for _, text := range s.refuse {
				if accepts(m, text) {
					t.Errorf("accepts %s", text)
				}
			}
		})
	}
}

// generate lets a model that knows nothing write, and gives what it wrote and
// whether it came to an end. It likes to close what is open.
func generate(t testing.TB, m *Matcher, pieces [][]byte, random *rand.Rand, most int) (string, bool) {
	t.Helper()
	var text []byte
	m.Reset()
	for range most {
		if m.Final() || m.Complete() && random.IntN(3) == 0 {
			return string(text), true
		}
		var choices, closing []int
		allowed := m.Allowed()
		for token, p := range pieces {
			if !allowed.Has(token) {
				continue
			}
			choices = append(choices, token)
			if strings.ContainsAny(string(p), `"]}`) {
				closing = append(closing, token)
			}
		}
		if len(choices) == 0 {
			t.Fatalf("nothing may follow %q", text)
		}
		if len(closing) > 0 && random.IntN(3) > 0 {
			choices = closing
		}
		token := choices[random.IntN(len(choices))]
		if !m.Take(token) {
			t.Fatalf("%q may not follow %q", pieces[token], text)
		}
		text = append(text, pieces[token]...)
	}
	return string(text), false
}

func TestWhatIsWrittenAtRandomIsOfTheSchema(t *testing.T) {
	words := pieces()
	tree := NewVocabulary(words)
	for name, s := range shapes() {
		t.Run(name, func(t *testing.T) {
			m, v := NewMatcher(mustCompile(t, s.schema), tree), validator(t, s.schema)
			whole := 0
			for seed := range uint64(60) {
				text, ended := generate(t, m, words, rand.New(rand.NewPCG(seed, 0)), 300)
				if !ended {
					continue
				}
				whole++
				doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
				if err != nil {
					t.Fatalf("seed %d: %q: %v", seed, text, err)
				}
				if err := v.Validate(doc); err != nil {
					t.Fatalf("seed %d: %q: %v", seed, text, err)
				}
			}
			if whole < 20 {
				t.Errorf("only %d of 60 answers came to an end", whole)
			}
		})
	}
}

// Allowed takes shortcuts, so it is compared with taking every token in turn.
func TestAllowedIsWhatCanBeTaken(t *testing.T) {
	words := pieces()
	tree := NewVocabulary(words)
	shapes := shapes()
	shapes["any object"] = shape{}
	for name, s := range shapes {
		t.Run(name, func(t *testing.T) {
			g := Any()
			if s.schema != "" {
				g = mustCompile(t, s.schema)
			}
			random := rand.New(rand.NewPCG(1, 1))
			m := NewMatcher(g, tree)
			for range 60 {
				before, ended := slices.Clone(m.live), m.ended
				allowed := slices.Clone(m.Allowed())
				var can []int
				for token := range words {
					m.live, m.ended = before, ended
					ok := m.Take(token)
					if ok != allowed.Has(token) {
						t.Fatalf("%q: allowed %v, taken %v", words[token], allowed.Has(token), ok)
					}
					if ok {
						can = append(can, token)
					}
				}
				m.live, m.ended = before, ended
				if len(can) == 0 {
					if !ended {
						t.Fatal("nothing may follow and nothing is complete")
					}
					m.Reset()
					continue
				}
				m.Take(can[random.IntN(len(can))])
			}
		})
	}
}

func TestNestingEndsInTime(t *testing.T) {
	tree := NewVocabulary(pieces())
	for name, g := range map[string]*Grammar{
		"any":  Any(),
		"tree": mustCompile(t, shapes()["tree"].schema),
	} {
		m := NewMatcher(g, tree)
		var text []byte
		for range 2000 { // as deep as it lets
			allowed := m.Allowed()
			if m.Final() {
				break
			}
			i := slices.IndexFunc([]byte("[{\"kids:v1x,]}"), func(c byte) bool { return allowed.Has(int(c)) })
			if name == "any" && strings.HasSuffix(string(text), `{"`) {
				i = slices.Index([]byte("[{\"kids:v1x,]}"), '"')
			}
			if i < 0 {
				t.Fatalf("%s: nothing may follow %q", name, text)
			}
			c := "[{\"kids:v1x,]}"[i]
			m.Take(int(c))
			text = append(text, c)
		}
		depth, deepest := 0, 0
		for _, c := range text {
			switch c {
			case '[', '{':
				depth++
				deepest = max(deepest, depth)
			case ']', '}':
				depth--
			}
		}
		if deepest > maxDepth+1 || deepest < maxDepth/4 {
			t.Errorf("%s nests %d deep", name, deepest)
		}
	}
}

func TestRefusalsNameTheKeyword(t *testing.T) {
	const object = `{"type":"object","additionalProperties":false,"properties":`
	deep := strings.Repeat(`{"type":"array","items":`, 70) + `{}` + strings.Repeat(`}`, 70)
	chain := `{"$ref":"#/$defs/d0","$defs":{"d70":{"type":"null"}`
	for i := range 70 {
		chain += fmt.Sprintf(`,"d%d":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/d%d"}}`, i, i+1)
	}
	chain += `}}`
	many := ""
	for i := range maxStates / 8 {
		many += fmt.Sprintf(`"%d":{},`, i)
	}
	for name, c := range map[string]struct{ schema, path, problem string }{
		"not JSON":      {`{`, "", "not JSON"},
		"two":           {`{} {}`, "", "follows"},
		"not UTF-8":     {"{\"title\":\"\xff\"}", "", "UTF-8"},
		"list":          {`[]`, "", "must be an object"},
		"false":         {object + `{"a":false}}`, "properties.a", "must be an object"},
		"twice":         {`{"type":"null","type":"null"}`, "type", "twice"},
		"pattern":       {object + `{"a":{"type":"string","pattern":"a+"}}}`, "properties.a.pattern", "not a supported keyword"},
		"format":        {`{"type":"string","format":"date"}`, "format", "not a supported keyword"},
		"length":        {`{"type":"string","maxLength":3}`, "maxLength", "not a supported keyword"},
		"minimum":       {`{"type":"integer","minimum":3}`, "minimum", "not a supported keyword"},
		"one of":        {`{"oneOf":[{"type":"null"}]}`, "oneOf", "not a supported keyword"},
		"all of":        {`{"type":"object","allOf":[]}`, "allOf", "not a supported keyword"},
		"items":         {`{"type":"string","items":{}}`, "items", "not a supported keyword"},
		"no type":       {`{"properties":{}}`, "properties", "not a supported keyword"},
		"beside ref":    {`{"$ref":"#/$defs/a","type":"null","$defs":{"a":{}}}`, "type", "not a supported keyword"},
		"beside any of": {`{"anyOf":[{}],"type":"null"}`, "type", "not a supported keyword"},
		"type":          {`{"type":"text"}`, "type", "not a type"},
		"types":         {`{"type":["string",4]}`, "type.1", "not a type"},
		"no types":      {`{"type":[]}`, "type", "names no type"},
		"additional":    {`{"type":"object"}`, "additionalProperties", "must be there and false"},
		"additional on": {`{"type":"object","additionalProperties":true,"properties":{}}`, "additionalProperties", "must be there and false"},
		"required":      {object + `{"a":{}},"required":["b"]}`, "required.0", "names no property"},
		"required text": {object + `{"a":{}},"required":"a"}`, "required", "list of names"},
		"properties":    {object + `[]}`, "properties", "must be an object"},
		"counts":        {`{"type":"array","minItems":2,"maxItems":1}`, "maxItems", "less than minItems"},
		"count":         {`{"type":"array","minItems":-1}`, "minItems", "number of items"},
		"count half":    {`{"type":"array","maxItems":1.5}`, "maxItems", "number of items"},
		"many items":    {`{"type":"array","maxItems":60000}`, "", "too large"},
		"enum":          {`{"enum":[]}`, "enum", "list of values"},
		"enum type":     {`{"type":"integer","enum":[1,"a"]}`, "enum.1", "not of the type"},
		"const type":    {`{"type":"string","const":1}`, "const", "not of the type"},
		"any of none":   {`{"anyOf":[]}`, "anyOf", "list of schemas"},
		"ref":           {`{"$ref":"#/$defs/a"}`, "$ref", "not found"},
		"ref outside":   {`{"$ref":"https://example.com/a"}`, "$ref", "not found"},
		"ref number":    {`{"$ref":1}`, "$ref", "must be a string"},
		"unused":        {`{"type":"null","$defs":{"a":{"not":{}}}}`, "$defs.a.not", "not a supported keyword"},
		"definitions":   {`{"type":"null","$defs":[]}`, "$defs", "must be an object"},
		"endless":       {object + `{"a":{"$ref":"#"}},"required":["a"]}`, "", "no value fits"},
		"endless self":  {`{"$ref":"#"}`, "", "no value fits"},
		"endless chain": {chain, "", "no value fits"},
		"deep":          {deep, strings.Repeat("items.", 64) + "type", "nested deeper"},
		"large name":    {object + `{"` + strings.Repeat("x", maxStates) + `":{}}}`, "properties." + strings.Repeat("x", maxStates), "too large"},
		"many names":    {object + `{` + strings.TrimSuffix(many, ",") + `}}`, "properties", "too large"},
		"large":         {`{"enum":["` + strings.Repeat("x", maxStates) + `"]}`, "enum.0", "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Compile([]byte(c.schema))
			e, ok := err.(*Error)
			if !ok || strings.Join(e.Path, ".") != c.path || !strings.Contains(e.Problem, c.problem) {
				t.Errorf("error = %.200v, want %q at %.200s", err, c.problem, c.path)
			}
		})
	}
}

func TestKnowledgeTravelsAgainstTheOrderOfStates(t *testing.T) {
	const count = 6000
	schema := []byte(`{"$ref":"#/$defs/d0","$defs":{"d0":{"type":"null"}`)
	for i := 1; i < count; i++ {
		schema = fmt.Appendf(schema, `,"d%d":{"$ref":"#/$defs/d%d"}`, i, i-1)
	}
	g := mustCompile(t, string(schema)+`}}`)
	settled := 0
	for _, s := range g.states {
		if len(s.jumps) > 0 && s.need == 0 {
			settled++
		}
	}
	if settled < count {
		t.Errorf("only %d states are known to end", settled)
	}
}

func TestAnyTakesObjectsOnly(t *testing.T) {
	m := NewMatcher(Any(), NewVocabulary(pieces()))
	for text, want := range map[string]bool{`{}`: true, `{"a": {"b": [1, "x", null]}}`: true, `[]`: false, `"a"`: false, `{} `: false, ``: false} {
		if got := accepts(m, text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range shapes() {
		f.Add([]byte(s.schema), uint64(1))
	}
	f.Add([]byte(`{"type":["object","array"],"additionalProperties":false,"properties":{"a":{}},"items":{"$ref":"#"}}`), uint64(2))
	words := pieces()
	tree := NewVocabulary(words)
	f.Fuzz(func(t *testing.T, schema []byte, seed uint64) {
		g, err := Compile(schema)
		if err != nil {
			if e, ok := err.(*Error); !ok || e.Problem == "" {
				t.Fatalf("error %T %v", err, err)
			}
			return
		}
		text, ended := generate(t, NewMatcher(g, tree), words, rand.New(rand.NewPCG(seed, 0)), 60)
		if !ended {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%s: %q is not JSON", schema, text)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(schema)))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if c.AddResource("schema.json", doc) != nil {
			return // annotations may be malformed, which changes no value
		}
		v, err := c.Compile("schema.json")
		if err != nil {
			return
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Validate(value); err != nil {
			t.Fatalf("%s: %s: %v", schema, text, err)
		}
	})
}
