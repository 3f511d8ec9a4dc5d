package models

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"helium/backend/protocol"
)

func codeOf(err error) string {
	var reason protocol.Reason
	errors.As(err, &reason)
	return reason.Code
}

// linksAreFollowed says whether this system makes symbolic links and follows them;
// most Windows let nobody make any.
func linksAreFollowed(t *testing.T) bool {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := symlink("", "file", filepath.Join(dir, "link")); err != nil {
		if runtime.GOOS != "windows" {
			t.Fatal(err)
		}
		return false
	}
	return true
}

// checkCache compares the folder with the layout that other programs expect.
func checkCache(t *testing.T, dir, id, name string, body []byte) {
	t.Helper()
	repo := filepath.Join(dir, "models--"+strings.ReplaceAll(id, "/", "--"))
	blob := hexSHA256(body)
	if !isLarge(name) {
		blob = gitID(body)
	}
	if got, err := os.ReadFile(filepath.Join(repo, "blobs", blob)); err != nil || !bytes.Equal(got, body) {
		t.Errorf("blob of %s: %v", name, err)
	}
	if linksAreFollowed(t) {
		up := strings.Repeat("../", 2+strings.Count(name, "/"))
		if got, err := os.Readlink(filepath.Join(repo, "snapshots", testCommit, name)); err != nil || got != filepath.FromSlash(up+"blobs/"+blob) {
			t.Errorf("snapshot of %s links to %q, %v", name, got, err)
		}
	} else if got, err := os.ReadFile(filepath.Join(repo, "snapshots", testCommit, name)); err != nil || !bytes.Equal(got, body) {
		t.Errorf("snapshot of %s: %v", name, err)
	}
	if got, err := os.ReadFile(filepath.Join(repo, "refs", "main")); err != nil || string(got) != testCommit {
		t.Errorf("refs/main is %q, %v", got, err)
	}
	if left, _ := filepath.Glob(filepath.Join(repo, "blobs", "*.*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestDownloadComesInPartsIsCheckedAndKept(t *testing.T) {
	h, dir, body := newHub(t), t.TempDir(), weights(1<<20+123)
	h.put(testID, testFile, body)
	h.pace.Store(int64(time.Millisecond))
	l := h.library(t, dir)
	var reports []Progress
	f, err := l.Download(t.Context(), testID, testFile, func(p Progress) { reports = append(reports, p) })
	if err != nil {
		t.Fatal(err)
	}
	checkCache(t, dir, testID, testFile, body)
	if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, body) {
		t.Errorf("the file differs: %v", err)
	}
	if f.Pin.Revision != testCommit || f.Pin.Files[0].Name != testFile || f.Pin.Files[0].Bytes != int64(len(body)) {
		t.Errorf("pin is %+v", f.Pin)
	}
	if most := h.most.Load(); most < 2 || most > parts {
		t.Errorf("%d parts came at a time", most)
	}
	if h.sent.Load() != int64(len(body)) {
		t.Errorf("%d bytes were sent for a file of %d", h.sent.Load(), len(body))
	}
	if n := h.count("hub", http.MethodGet); n > 1+parts {
		t.Errorf("the hub was asked %d times, though its redirect was known", n)
	}
	last := reports[len(reports)-1]
	if last.Done != int64(len(body)) || last.Total != int64(len(body)) || last.Percent() != 100 || last.Stage != StageChecking {
		t.Errorf("progress ends at %+v", last)
	}

	if again, err := h.library(t, dir).Get(testID); err != nil || again.Pin.Files[0].SHA256 != f.Pin.Files[0].SHA256 || again.Path != f.Path {
		t.Errorf("after a restart: %+v, %v", again, err)
	}
	before := len(h.seen)
	if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil || len(h.seen) != before {
		t.Errorf("asked for again: %v, %q", err, h.seen[before:])
	}
}

func TestDownloadGetsOverWhatGoesWrongOnTheWay(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(h *fakeHub)
	}{
		{"connections are cut", func(h *fakeHub) { h.cuts.Store(9) }},
		{"connections stall", func(h *fakeHub) { h.stalls.Store(2) }},
		{"the server sends no ranges", func(h *fakeHub) { h.noRanges = true }},
		{"no ranges, and one cut", func(h *fakeHub) { h.noRanges = true; h.cuts.Store(2) }},
		{"the hub is busy", func(h *fakeHub) { h.busy.Store(2); h.retryAfter = "0" }},
		{"the hub is busy until a time", func(h *fakeHub) { h.busy.Store(1); h.retryAfter = "1" }},
		{"signed addresses expire", func(h *fakeHub) { h.expired.Store(3) }},
		{"bytes come wrong once", func(h *fakeHub) { h.wrongBytes.Store(1) }},
		{"bytes come slowly", func(h *fakeHub) { h.pace.Store(int64(20 * time.Millisecond)) }},
		{"a mirror gives no checksums in its list", func(h *fakeHub) { h.hideBlobs = true }},
		{"a mirror sends the bytes itself", func(h *fakeHub) { h.noRedirects = true }},
		{"all at once", func(h *fakeHub) {
			h.cuts.Store(5)
			h.stalls.Store(1)
			h.expired.Store(2)
			h.busy.Store(1)
			h.retryAfter = "0"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, dir, body := newHub(t), t.TempDir(), weights(600_000)
			h.put(testID, testFile, body)
			c.spoil(h)
			l := h.library(t, dir)
			if h.stalls.Load() > 0 {
				l.hub.patience.stall = 300 * time.Millisecond
			}
			var last Progress
			f, err := l.Download(t.Context(), testID, testFile, func(p Progress) { last = p })
			if err != nil {
				t.Fatal(err)
			}
			checkCache(t, dir, testID, testFile, body)
			if f.Pin.Files[0].Bytes != int64(len(body)) || last.Done != last.Total || last.Total != int64(len(body)) {
				t.Errorf("pin %+v, progress %+v", f.Pin, last)
			}
		})
	}
}

func TestDownloadGoesOnAfterARestart(t *testing.T) {
	h, dir, body := newHub(t), t.TempDir(), weights(2<<20)
	h.put(testID, testFile, body)
	h.pace.Store(int64(5 * time.Millisecond))
	ctx, stop := context.WithCancel(t.Context())
	_, err := h.library(t, dir).Download(ctx, testID, testFile, func(p Progress) {
		if p.Done > 700_000 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	h.pace.Store(0)
	h.rest()
	first := h.sent.Swap(0)
	var begun int64
	_, err = h.library(t, dir).Download(t.Context(), testID, testFile, func(p Progress) {
		if begun == 0 {
			begun = p.Done
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	checkCache(t, dir, testID, testFile, body)
	if begun < 700_000 {
		t.Errorf("the second try began at %d", begun)
	}
	// The first that is told of the second try may be of bytes that it has fetched.
	const step = 64 << 10
	if again := h.sent.Load(); again < int64(len(body))-begun || again > int64(len(body))-begun+step {
		t.Errorf("%d bytes were sent at first and %d after, of %d; it began at %d", first, again, len(body), begun)
	}
}

func TestAJournalThatDoesNotFitIsDropped(t *testing.T) {
	for name, spoil := range map[string]func(part string){
		"no part file":     func(part string) { os.Remove(part) },
		"part file is cut": func(part string) { os.Truncate(part, 10) },
		"no journal":       func(part string) { os.Remove(journalPath(part)) },
		"not JSON":         func(part string) { os.WriteFile(journalPath(part), []byte("{"), 0o644) },
		"too much done": func(part string) {
			os.WriteFile(journalPath(part), []byte(`{"size":200000,"chunk":65536,"done":[70000,0,0,0]}`), 0o644)
		},
		"other bytes": func(part string) {
			os.WriteFile(part, make([]byte, 200_000), 0o644)
			os.WriteFile(journalPath(part), []byte(`{"size":200000,"chunk":65536,"done":[65536,65536,65536,3392]}`), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, dir, body := newHub(t), t.TempDir(), weights(200_000)
			h.put(testID, testFile, body)
			h.cuts.Store(100)
			l := h.library(t, dir)
			l.hub.patience.tries = 1
			if _, err := l.Download(t.Context(), testID, testFile, nil); codeOf(err) != CodeUnreachable {
				t.Fatalf("the cut gives %v", err)
			}
			spoil(l.partPath(testID, hexSHA256(body)))
			h.cuts.Store(0)
			if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil {
				t.Fatal(err)
			}
			checkCache(t, dir, testID, testFile, body)
		})
	}
}

func TestFilesOfAnotherProgramAreUsed(t *testing.T) {
	body := weights(300_000)
	for _, c := range []struct {
		name  string
		there func(repo string)
		sent  int64
	}{
		{"a blob", func(repo string) {
			os.WriteFile(filepath.Join(repo, "blobs", hexSHA256(body)), body, 0o644)
		}, 0},
		{"a file without links, as on Windows", func(repo string) {
			os.WriteFile(filepath.Join(repo, "snapshots", testCommit, testFile), body, 0o644)
		}, 0},
		{"a part", func(repo string) {
			os.WriteFile(filepath.Join(repo, "blobs", hexSHA256(body)+".incomplete"), body[:100_000], 0o644)
		}, 200_000},
		{"a damaged blob", func(repo string) {
			os.WriteFile(filepath.Join(repo, "blobs", hexSHA256(body)), make([]byte, 300_000), 0o644)
		}, 300_000},
		{"a damaged part", func(repo string) {
			os.WriteFile(filepath.Join(repo, "blobs", hexSHA256(body)+".incomplete"), make([]byte, 100_000), 0o644)
		}, 500_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, dir := newHub(t), t.TempDir()
			h.put(testID, testFile, body)
			repo := filepath.Join(dir, "models--owner--tiny-gguf")
			os.MkdirAll(filepath.Join(repo, "blobs"), 0o755)
			os.MkdirAll(filepath.Join(repo, "snapshots", testCommit), 0o755)
			c.there(repo)
			f, err := h.library(t, dir).Download(t.Context(), testID, testFile, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := os.ReadFile(f.Path); !bytes.Equal(got, body) {
				t.Error("the file differs")
			}
			if h.sent.Load() != c.sent {
				t.Errorf("%d bytes were sent, want %d", h.sent.Load(), c.sent)
			}
		})
	}
}

func TestWithoutTheHubAnotherProgramsFilesDo(t *testing.T) {
	if !linksAreFollowed(t) {
		t.Skip("another program's files are links, which this system does not follow")
	}
	body, config := weights(50_000), []byte(llamaConfig)
	lay := func(dir, blob string) {
		repo := filepath.Join(dir, "models--gpt2")
		os.MkdirAll(filepath.Join(repo, "blobs"), 0o755)
		os.MkdirAll(filepath.Join(repo, "refs"), 0o755)
		os.MkdirAll(filepath.Join(repo, "snapshots", testCommit), 0o755)
		os.WriteFile(filepath.Join(repo, "refs", "main"), []byte(testCommit), 0o644)
		for name, b := range map[string]string{"model.safetensors": blob, "config.json": gitID(config)} {
			os.Symlink(filepath.Join("..", "..", "blobs", b), filepath.Join(repo, "snapshots", testCommit, name))
		}
		os.WriteFile(filepath.Join(repo, "blobs", blob), body, 0o644)
		os.WriteFile(filepath.Join(repo, "blobs", gitID(config)), config, 0o644)
	}
	h := newHub(t)
	h.Close()
	dir := t.TempDir()
	lay(dir, hexSHA256(body))
	l := h.library(t, dir)
	f, err := l.Fetch(t.Context(), Want{ID: "gpt2"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Path != filepath.Join(dir, "models--gpt2", "snapshots", testCommit) || len(f.Pin.Files) != 2 || f.Pin.Revision != testCommit {
		t.Errorf("got %+v", f)
	}
	if facts, err := l.Show("gpt2"); err != nil || facts.Removable != 0 || !strings.Contains(facts.Kept, "Another program") {
		t.Errorf("facts are %+v, %v", facts, err)
	}

	dir = t.TempDir()
	lay(dir, hexSHA256([]byte("something else")))
	if _, err := h.library(t, dir).Fetch(t.Context(), Want{ID: "gpt2"}, nil); codeOf(err) != CodeUnreachable {
		t.Errorf("damaged files give %v", err)
	}
	if _, err := h.library(t, t.TempDir()).Fetch(t.Context(), Want{ID: "gpt2"}, nil); codeOf(err) != CodeUnreachable {
		t.Errorf("no files give %v", err)
	}
}

func TestASafetensorsModelComesWithWhatItNeedsAndNothingElse(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	wanted := map[string][]byte{
		"model-00001-of-00002.safetensors": weights(200_001), "model-00002-of-00002.safetensors": weights(70_002),
		"model.safetensors.index.json": []byte(`{"weight_map":{}}`), "config.json": []byte(llamaConfig),
		"tokenizer.json": []byte(`{}`), "tokenizer_config.json": []byte(`{"a":1}`), "generation_config.json": []byte(`{"b":1}`),
	}
	for name, b := range wanted {
		h.put("owner/llama", name, b)
	}
	for _, name := range []string{
		"pytorch_model.bin", "modeling_llama.py", "README.md", "consolidated.safetensors", "onnx/model.safetensors", "../../evil.safetensors", "training_args.bin",
	} {
		h.put("owner/llama", name, []byte("not for us"))
	}
	l := h.library(t, dir)
	f, err := l.Fetch(t.Context(), Want{ID: "owner/llama"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range f.Pin.Files {
		names = append(names, file.Name)
		if got := hexSHA256(wanted[file.Name]); strings.TrimPrefix(file.SHA256.Hex(), "0x") != got {
			t.Errorf("%s is pinned as %s, want %s", file.Name, file.SHA256, got)
		}
		checkCache(t, dir, "owner/llama", file.Name, wanted[file.Name])
	}
	if len(names) != len(wanted) || !slices.IsSorted(names) {
		t.Errorf("pinned are %q", names)
	}
	entries, _ := os.ReadDir(f.Path)
	if len(entries) != len(wanted) {
		t.Errorf("the folder holds %d files", len(entries))
	}
	if again, err := h.library(t, dir).Get("owner/llama"); err != nil || again.Path != f.Path {
		t.Errorf("after a restart: %+v, %v", again, err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	put := func(id string, names ...string) func(h *fakeHub) {
		return func(h *fakeHub) {
			for _, name := range names {
				h.put(id, name, []byte("weights"))
			}
		}
	}
	all := func(fs ...func(*fakeHub)) func(*fakeHub) {
		return func(h *fakeHub) {
			for _, f := range fs {
				f(h)
			}
		}
	}
	gate := func(h *fakeHub) { h.gated[testID] = true }
	for _, c := range []struct {
		name   string
		with   func(h *fakeHub)
		token  string
		want   Want
		code   string
		action string
	}{
		{"no such repository", put("a/b", "c"), "", Want{ID: testID}, CodeNotFound, "spelling"},
		{"no such file", put(testID, "other.gguf"), "", Want{ID: testID, File: testFile}, CodeNotFound, "other.gguf"},
		{"no such revision", put(testID, testFile), "", Want{ID: testID, Revision: "v9"}, CodeNotFound, "branches"},
		{"a licence, without token", all(put(testID, testFile), gate), "", Want{ID: testID}, CodeGated, "set HF_TOKEN"},
		{"a licence, with a token", all(put(testID, testFile), gate), "hf_other", Want{ID: testID}, CodeGated, "that account"},
		{"a token that has expired", put(testID, testFile), "hf_expired", Want{ID: testID}, CodeGated, "new token"},
		{"only pickles", put(testID, "pytorch_model.bin", "config.json"), "", Want{ID: testID}, CodeUnsafe, "safetensors"},
		{"nothing to run", put(testID, "config.json"), "", Want{ID: testID}, CodeNotFound, "another version"},
		{"a shard is missing", put(testID, "config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors"), "", Want{ID: testID}, CodeNotFound, ""},
		{"several models", put(testID, "a-q8_0.gguf", "a-q2_k.gguf"), "", Want{ID: testID}, CodeChoice, "a-q8_0.gguf"},
		{"the hub is busy for long", all(put(testID, testFile), func(h *fakeHub) { h.busy.Store(1); h.retryAfter = "7200" }), "", Want{ID: testID}, CodeBusy, "2h0m0s"},
		{"the hub stays busy", all(put(testID, testFile), func(h *fakeHub) { h.busy.Store(99); h.retryAfter = "0" }), "", Want{ID: testID}, CodeBusy, "HF_TOKEN"},
		{"bytes are wrong, always", all(put(testID, testFile), func(h *fakeHub) { h.wrongBytes.Store(99) }), "", Want{ID: testID}, CodeDamaged, "HF_ENDPOINT"},
		{"the file server refuses", all(put(testID, testFile), func(h *fakeHub) { h.expired.Store(99) }), "", Want{ID: testID}, CodeRefused, "later"},
		{"the hub is gone", func(h *fakeHub) { h.Close() }, "", Want{ID: testID}, CodeUnreachable, "proxy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, dir := newHub(t), t.TempDir()
			c.with(h)
			l := openQuick(t, dir, Options{Endpoint: h.URL, Token: c.token})
			_, err := l.Fetch(t.Context(), c.want, nil)
			var reason protocol.Reason
			if !errors.As(err, &reason) || reason.Code != c.code || !strings.Contains(reason.Action, c.action) {
				t.Fatalf("got %v, with %+v", err, reason)
			}
			if (c.code == CodeNotFound) != errors.Is(err, ErrNotHere) {
				t.Errorf("ErrNotHere: %v", errors.Is(err, ErrNotHere))
			}
			text := err.Error() + reason.Action
			if strings.Contains(text, "signature") || c.token != "" && strings.Contains(text, c.token) {
				t.Errorf("%q tells a secret", text)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "models--*", "snapshots", "*", "*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			if l.List(); len(l.List()) != 0 {
				t.Errorf("holds %+v", l.List())
			}
		})
	}
}

func TestNamesThatCouldLeaveTheFolderAreRefused(t *testing.T) {
	l := openQuick(t, t.TempDir(), Options{Endpoint: "http://127.0.0.1:1"})
	for _, bad := range [][2]string{
		{"../../etc", "x.gguf"}, {"a/b/c", "x.gguf"}, {"a/..", "x.gguf"}, {"a--b/c", "x.gguf"}, {"", "x.gguf"}, {"..", "x.gguf"},
		{testID, "../x.gguf"}, {testID, "/etc/x.gguf"}, {testID, "model.safetensors"}, {testID, `..\x.gguf`}, {testID, ""},
		{testID, "a/../x.gguf"}, {testID, "a//x.gguf"}, {testID, "c:x.gguf"}, {testID, ".git/x.gguf"}, {testID, "a./x.gguf"},
	} {
		if _, err := l.Download(t.Context(), bad[0], bad[1], nil); err == nil || codeOf(err) != "" {
			t.Errorf("%q %q: %v", bad[0], bad[1], err)
		}
	}
	for _, bad := range []string{"../x", "a/../../b", "/etc", `a\b`, "a b", "a/./b", "a/"} {
		if _, err := l.Fetch(t.Context(), Want{ID: testID, Revision: bad}, nil); err == nil || codeOf(err) != "" {
			t.Errorf("revision %q: %v", bad, err)
		}
	}
	for _, bad := range []string{"../../etc", ""} {
		if _, _, err := l.Use(bad); !errors.Is(err, ErrNotHere) {
			t.Errorf("use of %q: %v", bad, err)
		}
		if _, err := l.Remove(bad); err == nil {
			t.Errorf("removed %q", bad)
		}
	}
}

func TestWithoutRoomNothingIsFetched(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	h.put(testID, testFile, weights(100_000))
	l := h.library(t, dir)
	l.free = func(string) (int64, error) { return spare + 99_999, nil }
	_, err := l.Download(t.Context(), testID, testFile, nil)
	if codeOf(err) != CodeNoSpace || h.sent.Load() != 0 {
		t.Errorf("got %v after %d bytes", err, h.sent.Load())
	}
	l.free = func(string) (int64, error) { return spare + 100_000, nil }
	if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil {
		t.Error(err)
	}
	if free, err := freeSpace(dir); err != nil || free <= 0 {
		t.Errorf("really free are %d, %v", free, err)
	}
}

func TestWithoutLinksFilesAreFoundAgain(t *testing.T) {
	refuse := func(string, string, string) error { return errors.New("not allowed") }
	nowhere := func(from, _, path string) error { return symlink(from, "nowhere", path) }
	for name, ways := range map[string][]linkWay{
		"second names": {refuse, hardLink}, "links that are not followed": {nowhere, hardLink}, "moves": {refuse, refuse, moveThere},
	} {
		t.Run(name, func(t *testing.T) {
			h, dir, body := newHub(t), t.TempDir(), weights(100_000)
			h.put(testID, testFile, body)
			l := h.library(t, dir)
			l.ways = ways
			f, err := l.Download(t.Context(), testID, testFile, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, body) {
				t.Errorf("the file differs: %v", err)
			}
			os.Remove(l.notePath(testID)) // as if another program had fetched it
			if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil || h.sent.Load() != int64(len(body)) {
				t.Errorf("%v, %d bytes sent", err, h.sent.Load())
			}
		})
	}
}
