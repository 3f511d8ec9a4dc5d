package agent

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helium/backend/models"
	"helium/backend/models/modelstest"
)

func TestAModelIsNamedAsItsPageIs(t *testing.T) {
	const q = "Qwen/Qwen3-4B-GGUF"
	for text, want := range map[string]models.Want{
		"owner/name":                         {ID: "owner/name"},
		"  owner/name@fp16 ":                 {ID: "owner/name@fp16"},
		q:                                    {ID: q, File: "Qwen3-4B-Q4_K_M.gguf"},
		"https://huggingface.co/owner/name":  {ID: "owner/name"},
		"huggingface.co/owner/name":          {ID: "owner/name"},
		"https://hf.co/owner/name/tree/main": {ID: "owner/name"},
		"https://huggingface.co/owner/name/blob/main/x.gguf":                          {ID: "owner/name", File: "x.gguf"},
		"https://huggingface.co/owner/name/resolve/main/sub/x.safetensors?download=1": {ID: "owner/name#sub/x.safetensors"},
		"owner/name#x.GGUF":                         {ID: "owner/name", File: "x.GGUF"},
		"https://civitai.com/api/download/models/1": {ID: "https://civitai.com/api/download/models/1"},
	} {
		if got, err := wantedModel(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "one word", "../../etc", "http://host/x.safetensors"} {
		if _, err := wantedModel(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// The first run and the page of models have one queue, which outlives a restart.
func TestTheModelToBeginWithIsInTheQueue(t *testing.T) {
	dir := t.TempDir()
	r := runAgent(t, dir)
	first := offers()[0]
	if err := r.ChooseModel(t.Context(), first.id); err != nil {
		t.Fatal(err)
	}
	if err := r.FetchModel(t.Context(), "owner/other"); err != nil {
		t.Fatal(err)
	}
	if err := r.PauseModel(t.Context(), "owner/other"); err != nil {
		t.Fatal(err)
	}
	var kept struct {
		Downloads []struct {
			ID     string
			Paused bool
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "models.json"))
	if err == nil {
		err = json.Unmarshal(b, &kept)
	}
	if err != nil || len(kept.Downloads) != 2 || kept.Downloads[0].ID != first.id || !kept.Downloads[1].Paused {
		t.Errorf("kept is %s, %v", b, err)
	}
	// No hub answers: the first run says so.
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s, err := r.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s.Setup.Reason != nil && s.Setup.Reason.Code == models.CodeUnreachable && len(s.Models.Downloads) == 2 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the first run shows %+v", s.Setup)
		}
	}
	if err := r.ChooseModel(t.Context(), offers()[1].id); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s, err := r.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := s.Models.Downloads; len(d) == 2 && d[0].ID == offers()[1].id {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the one chosen in its place is not first: %+v", s.Models.Downloads)
		}
	}
}

func TestModelsAreListedWithWhyTheyAreKept(t *testing.T) {
	hub := modelstest.NewHub(t)
	hub.Put("owner/one", "one.gguf", modelstest.Weights(1, 100_000))
	r := runAgent(t, t.TempDir())
	t.Setenv("HF_ENDPOINT", hub.URL)
	library, err := models.Open(r.agent.cfg.ModelsDir, models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := library.Download(t.Context(), "owner/one", "one.gguf", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := library.MakeDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := r.Models(t.Context())
	if err != nil || list.Reason != nil || list.Disk.Fetched != 100_000 || list.Disk.Free == 0 || len(list.Offers) != len(offers()) {
		t.Fatalf("the list is %+v, %v", list, err)
	}
	why := map[string]string{}
	for _, m := range list.Models {
		why[m.ID] = string(m.Why)
	}
	if why["owner/one"] != "chosen" || why[models.DemoID] != "built_in" {
		t.Errorf("they are kept because %v", why)
	}
	if err := r.DeleteModel(t.Context(), models.DemoID); err == nil || !strings.Contains(err.Error(), "part of Helium") {
		t.Errorf("the built-in model: %v", err)
	}
	if p, err := r.LookAtModelLimit(t.Context(), 1000); err != nil || len(p.Going) != 1 || p.Frees != 100_000 {
		t.Errorf("a limit would do %+v, %v", p, err)
	}
	if err := r.DeleteModel(t.Context(), "owner/one"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := library.Get("owner/one"); err != nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("it is not deleted")
		}
	}
}
