//go:build !desktop

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"helium/backend/relay/natstest"
	"helium/inference/checkpoint"
)

// asProgram in the environment makes this test binary behave as helium, so
// that a test can start whole networks of it, children included.
const asProgram = "HELIUM_TEST_AS_PROGRAM"

// asNATS in the environment makes this test binary one server of a NATS cluster.
const asNATS = "HELIUM_TEST_AS_NATS"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" && os.Getenv(asNATS) == "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	if setup := os.Getenv(asNATS); setup != "" {
		fmt.Fprintln(os.Stderr, natstest.Serve(setup))
		os.Exit(1)
	}
	testscript.Main(m, map[string]func(){
		"helium": func() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

func TestCommands(t *testing.T) {
	hub := httptest.NewServer(newScriptHub(t))
	t.Cleanup(hub.Close)
	engine, err := filepath.Abs("build/engine/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"cutlineend": cutLineEnd, "frombase64": fromBase64},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HUB", hub.URL)
			env.Setenv("ENGINE", engine)
			return nil
		},
	})
}

// scriptHub is a Hugging Face hub of a few files, by repository and name. Of
// what is not small it sends no more than the beginning.
type scriptHub map[string]map[string][]byte

func newScriptHub(t *testing.T) scriptHub {
	path := filepath.Join(t.TempDir(), "demo.gguf")
	if _, err := checkpoint.WriteDemoModel(path); err != nil {
		t.Fatal(err)
	}
	demo, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	llama := `{"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
		"num_attention_heads": 4, "vocab_size": 100, "max_position_embeddings": 128, "rms_norm_eps": 1e-5}`
	text := []byte(`{"architectures": ["CLIPTextModel"], "vocab_size": 514, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2,
		"num_attention_heads": 2, "max_position_embeddings": 77}`)
	unet := []byte(`{"_class_name": "UNet2DConditionModel", "block_out_channels": [16, 24], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
		"up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "layers_per_block": 1, "norm_num_groups": 4, "cross_attention_dim": 16, "attention_head_dim": 2}`)
	vae := []byte(`{"_class_name": "AutoencoderKL", "block_out_channels": [8, 8], "layers_per_block": 1, "norm_num_groups": 4,
		"down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"], "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"]}`)
	lora := []byte(`{"lora.up.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`)
	lora = append(binary.LittleEndian.AppendUint64(nil, uint64(len(lora))), append(lora, 0, 0, 0, 0)...)
	return scriptHub{
		"owner/sd": {
			"model_index.json": []byte(`{"_class_name": "StableDiffusionPipeline", "safety_checker": [null, null], "scheduler": ["diffusers", "PNDMScheduler"],
				"text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}`),
			"scheduler/scheduler_config.json": []byte("{}"), "tokenizer/vocab.json": []byte("{}"), "tokenizer/merges.txt": []byte("#version: 0.2\n"),
			"text_encoder/config.json": text, "text_encoder/model.safetensors": make([]byte, 2<<20), "text_encoder/model.fp16.safetensors": make([]byte, 1<<20),
			"unet/config.json": unet, "unet/diffusion_pytorch_model.safetensors": make([]byte, 6<<20), "unet/diffusion_pytorch_model.fp16.safetensors": make([]byte, 3<<20),
			"vae/config.json": vae, "vae/diffusion_pytorch_model.safetensors": make([]byte, 1<<20), "v1-5-pruned.safetensors": make([]byte, 9<<20),
		},
		"owner/flux":  {"model_index.json": []byte(`{"_class_name": "FluxPipeline"}`), "transformer/diffusion_pytorch_model.safetensors": []byte("weights")},
		"owner/loras": {"two.safetensors": lora, "four.safetensors": lora},
		"owner/demo":  {"demo-q4_k_m.gguf": demo, "broken-q8_0.gguf": []byte("not a model")},
		"owner/llama": {"model.safetensors": []byte("weights"), "config.json": []byte(llama)},
		"owner/mamba": {"model.safetensors": []byte("weights"), "config.json": []byte(`{"architectures": ["MambaForCausalLM"]}`)},
	}
}

func (h scriptHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	if rest, ok := strings.CutPrefix(r.URL.Path, "/api/models/"); ok {
		id, _, _ := strings.Cut(rest, "/revision/")
		if h[id] == nil {
			w.Header().Set("X-Error-Code", "RepoNotFound")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var files []map[string]any
		for _, name := range slices.Sorted(maps.Keys(h[id])) {
			body := h[id][name]
			sum := fmt.Sprintf("%x", sha256.Sum256(body))
			files = append(files, map[string]any{"rfilename": name, "size": len(body), "lfs": map[string]any{"sha256": sum, "size": len(body)}})
		}
		json.NewEncoder(w).Encode(map[string]any{"sha": commit, "siblings": files})
		return
	}

	id, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/resolve/"+commit+"/")
	if body := h[id][name]; body == nil || len(body) > 1<<10 && !strings.HasPrefix(r.Header.Get("Range"), "bytes=0-") {
		http.NotFound(w, r)
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(h[id][name]))
}

// cutLineEnd takes the last line end from files of a script, which can't be
// written without one.
func cutLineEnd(ts *testscript.TestScript, _ bool, names []string) {
	for _, name := range names {
		text := strings.TrimSuffix(ts.ReadFile(name), "\n")
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// fromBase64 makes binary files, which a script can't hold, of files of text.
func fromBase64(ts *testscript.TestScript, _ bool, names []string) {
	for _, name := range names {
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(ts.ReadFile(name)))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), b, 0o600))
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"model", "--help"}, {"model", "download", "--help"}, {"model", "show", "--help"}, {"task", "--help"}, {"task", "check", "--help"}, {"task", "prompt", "--help"}, {"task", "digest", "--help"},
		{"network", "--help"}, {"network", "init", "--help"}, {"relay", "--help"}, {"relay", "run", "--help"}, {"bridge", "--help"}, {"bridge", "run", "--help"},
		{"bridge", "key", "--help"}, {"chain", "run", "--help"},
	} {
		var out, errs bytes.Buffer
		if code := run(args, &out, &errs); code != 0 || !strings.Contains(out.String(), "Usage: helium") {
			t.Errorf("%v: exit %d, %s%s", args, code, out.String(), errs.String())
		}
	}
}
