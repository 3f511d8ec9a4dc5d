package diffusion_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/inversion"
	"helium/inference/diffusion/network"
	"helium/inference/gpt"
	"helium/inference/task"
)

const learning = `"textual_inversion":"owner/concept"`

// tensorsOf are the numbers of a file of single floats.
func tensorsOf(t *testing.T, content string) map[string][]float32 {
	t.Helper()
	list, err := checkpoint.ReadSafetensors(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float32{}
	at := len(content)
	for _, w := range slices.Backward(list) {
		out[w.Name] = checkpoint.DecodeFloats([]byte(content[at-int(w.Size()):at]), checkpoint.F32)
		at -= int(w.Size())
	}
	return out
}

// taught is the small pipeline's folder with two more rows in the table of the
// text encoder, and with tokens for them.
func taught(t *testing.T, vectors matrix) string {
	t.Helper()
	config := strings.Replace(textConfig, "514", "516", 1)
	text, err := network.ParseText([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	list, err := network.Weights(text, exact)
	if err != nil {
		t.Fatal(err)
	}
	small, _, _ := networks(t)
	old := tensorsOf(t, weights(t, small, 1))
	all := map[string]matrix{}
	for _, w := range list {
		m := matrix{slices.DeleteFunc([]int{int(w.Shape[1]), int(w.Shape[0])}, func(d int) bool { return d == 1 }), old[w.Name]}
		if strings.HasSuffix(w.Name, "token_embedding.weight") {
			m.values = slices.Concat(m.values, vectors.values)
		}
		all[w.Name] = m
	}
	return folder(t, map[string]string{
		"text_encoder/config.json":       config,
		"text_encoder/model.safetensors": safetensors(t, all),
		"tokenizer/added_tokens.json":    `{"<cat-toy>":514,"<cat-toy>_1":515}`,
	})
}

// An inversion makes the image of a model that has the rows in its table, byte by
// byte, when the prompt says all of the token's parts.
func TestAnInversionIsLikeRowsOfTheTable(t *testing.T) {
	vectors := madeMatrix("<cat-toy>", 1, 2, 16)
	dir, path := taught(t, vectors), stored(t, "learned_embeds.safetensors", safetensors(t, map[string]matrix{"<cat-toy>": vectors}))
	for _, number := range []checkpoint.TensorType{checkpoint.F32, checkpoint.F16} {
		opts := network.Options{Number: number}
		models := at(folder(t, nil))
		models[task.RoleTextualInversion] = diffusion.Model{Path: path}
		p, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: opts})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		whole, err := diffusion.Open(newCompute(t, 1), at(dir), diffusion.Options{Network: opts})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(whole.Close)
		for name, texts := range map[string][2]string{ // with the inversion, and in full
			"prompt":      {`"prompt":"a <cat-toy> under the sun"`, `"prompt":"a <cat-toy> <cat-toy>_1 under the sun"`},
			"weighted":    {`"prompt":"a (<cat-toy>)1.3, (red <cat-toy>)0.6"`, `"prompt":"a (<cat-toy> <cat-toy>_1)1.3, (red <cat-toy> <cat-toy>_1)0.6"`},
			"within":      {`"prompt":"a red<cat-toy>s"`, `"prompt":"a red <cat-toy> <cat-toy>_1 s"`},
			"a part":      {`"prompt":"a <cat-toy>_1"`, `"prompt":"a <cat-toy>_1"`},
			"negative":    {`"prompt":"a","negative_prompt":"<cat-toy>"`, `"prompt":"a","negative_prompt":"<cat-toy> <cat-toy>_1"`},
			"without any": {`"prompt":"a cat"`, `"prompt":"a cat"`},
		} {
			got := run(t, p, made(t, `"steps":2`, texts[0]+","+learning))[0].Pixels.Pix
			want := run(t, whole, made(t, `"steps":2`, texts[1]))[0].Pixels.Pix
			if !bytes.Equal(got, want) {
				t.Errorf("%v, %s: another image", number, name)
			}
		}
	}
}

func TestAnInversionChangesWhatItsWordMeans(t *testing.T) {
	file := func(name, key string, n int) string {
		return stored(t, name, safetensors(t, map[string]matrix{key: madeMatrix(name, 1, n, 16)}))
	}
	image := func(path, prompt string) string {
		p := openWith(t, 1, folder(t, nil), task.RoleTextualInversion, path)
		return string(run(t, p, made(t, `"steps":2`, `"prompt":"`+prompt+`",`+learning))[0].Pixels.Pix)
	}
	plain := string(run(t, open(t, 1, diffusion.Options{}), made(t, `"steps":2`, `"prompt":"my style"`))[0].Pixels.Pix)
	seen := map[string]string{plain: "none"}
	for name, path := range map[string]string{
		"of diffusers": file("learned_embeds.safetensors", "style", 1),
		"of the web":   file("style.safetensors", "emb_params", 1), // the word is the file's name
		"of three":     file("style.safetensors", "style", 3),
	} {
		pixels := image(path, "my style")
		if other, ok := seen[pixels]; ok {
			t.Errorf("%s makes the image of %s", name, other)
		}
		seen[pixels] = name
	}
	if image(file("other.safetensors", "emb_params", 1), "my style") != plain {
		t.Error("a word that the prompt doesn't have changes the image")
	}
}

func TestAnInversionForTwoEncodersTeachesBoth(t *testing.T) {
	files, _, _ := xlFiles(t)
	dir := folder(t, files)
	l, g := madeMatrix("l", 1, 2, 16), madeMatrix("g", 1, 2, 24)
	image := func(l, g matrix) []byte {
		p := openWith(t, 1, dir, task.RoleTextualInversion, stored(t, "style.safetensors", safetensors(t, map[string]matrix{"clip_l": l, "clip_g": g})))
		return run(t, p, made(t, `"steps":2`, `"prompt":"my style",`+learning))[0].Pixels.Pix
	}
	base := image(l, g)
	if bytes.Equal(base, image(madeMatrix("other", 1, 2, 16), g)) || bytes.Equal(base, image(l, madeMatrix("other", 1, 2, 24))) {
		t.Error("the vectors of one encoder change nothing")
	}
	if !bytes.Equal(base, image(l, g)) {
		t.Error("the image is another each time")
	}
}

func TestAnInversionThatDoesNotFitIsRefused(t *testing.T) {
	file := func(tensors map[string]matrix) string { return stored(t, "x.safetensors", safetensors(t, tensors)) }
	one := func(name string, shape ...int) string {
		return file(map[string]matrix{name: madeMatrix("x", 1, shape...)})
	}
	both := map[string]matrix{"clip_l": madeMatrix("l", 1, 1, 16), "clip_g": madeMatrix("g", 1, 1, 24)}
	xl, _, _ := xlFiles(t)
	for name, test := range map[string]struct {
		path string
		xl   bool
		code gpt.Code
		is   error
		says string
	}{
		"wide":         {one("<a>", 1024), false, gpt.CodeFormatRefused, inversion.ErrMisfit, "have 1024 numbers, and those of the model's text encoder 16"},
		"XL":           {file(both), false, gpt.CodeFormatRefused, inversion.ErrMisfit, "vectors for 2 text encoders, and the model has one text encoder"},
		"not XL":       {one("<a>", 1, 16), true, gpt.CodeFormatRefused, inversion.ErrMisfit, "vectors for one text encoder, and the model has 2"},
		"known":        {one("a", 1, 16), false, gpt.CodeFormatRefused, inversion.ErrMisfit, `"a" is a token of the model already`},
		"the end":      {one("<|endoftext|>", 1, 16), false, gpt.CodeFormatRefused, inversion.ErrMisfit, "is a token of the model already"},
		"blank":        {one(" a", 1, 16), false, gpt.CodeFormatRefused, inversion.ErrFile, "not a usable addition"},
		"two words":    {file(map[string]matrix{"<a>": madeMatrix("x", 1, 16), "<b>": madeMatrix("y", 1, 16)}), false, gpt.CodeFormatRefused, inversion.ErrFile, "2 tensors"},
		"pickled":      {stored(t, "learned_embeds.bin", "x"), false, gpt.CodeCannotRun, checkpoint.ErrSafetensors, "may hold programs"},
		"damaged":      {stored(t, "x.safetensors", "x"), false, gpt.CodeCannotRun, checkpoint.ErrSafetensors, "textual_inversion: "},
		"too many":     {one("<a>", 76, 16), false, gpt.CodeFormatRefused, inversion.ErrFile, "1 to 75 vectors"},
		"of no vector": {one("<a>", 0, 16), false, gpt.CodeFormatRefused, inversion.ErrFile, "1 to 75 vectors"},
	} {
		models := at(folder(t, map[bool]map[string]string{true: xl}[test.xl]))
		models[task.RoleTextualInversion] = diffusion.Model{Path: test.path}
		p, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: exact})
		if err == nil {
			p.Close()
		}
		if gpt.CodeOf(err) != test.code || !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %s with %q", name, err, test.code, test.says)
		}
	}
}
