package models

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestContentRange(t *testing.T) {
	for v, want := range map[string][2]int64{
		"bytes 5-9/10": {5, 10}, "bytes 0-0/1": {0, 1}, "bytes 5-9/*": {5, -1},
	} {
		if start, size, ok := parseContentRange(v); !ok || start != want[0] || size != want[1] {
			t.Errorf("%q: %d, %d, %v", v, start, size, ok)
		}
	}
	for _, v := range []string{"", "bytes */10", "bytes 9-5/10", "bytes 5-10/10", "bytes -5/10", "items 5-9/10", "bytes 5-9", "bytes 5-x/10", "bytes 5-9/99999999999999999999"} {
		if _, _, ok := parseContentRange(v); ok {
			t.Errorf("%q is taken", v)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"Retry-After": {"120"}}, 2 * time.Minute},
		{http.Header{"Retry-After": {"Fri, 02 Jan 2026 03:05:05 GMT"}}, time.Minute},
		{http.Header{"Retry-After": {"Fri, 02 Jan 2026 03:00:00 GMT"}}, 0},
		{http.Header{"Retry-After": {"-5"}}, 0},
		{http.Header{"Retry-After": {"soon"}}, 0},
		{http.Header{"Retry-After": {"9223372036854775807"}}, 365 * 24 * time.Hour},
		{http.Header{"Ratelimit": {`"api";r=0;t=55`}}, 55 * time.Second},
	} {
		if got := retryAfter(c.header, now); got != c.want {
			t.Errorf("%v: %v, want %v", c.header, got, c.want)
		}
	}
}

func TestTheUsualFileIsChosen(t *testing.T) {
	for _, c := range []struct {
		names string
		want  string // the first one; empty for a question back
		n     int
	}{
		{"a.gguf", "a.gguf", 1},
		{"m-Q8_0.gguf m-Q4_K_M.gguf m-f16.gguf", "m-Q4_K_M.gguf", 1},
		{"m-Q8_0.gguf m-f16.gguf", "", 0},
		{"a-Q4_K_M.gguf b-Q4_K_M.gguf", "", 0},
		{"a.gguf mmproj-a-f16.gguf imatrix_a.gguf", "a.gguf", 1},
		{"q/m-00002-of-00002.gguf q/m-00001-of-00002.gguf", "q/m-00001-of-00002.gguf", 2},
		{"m-00001-of-00003.gguf m-00003-of-00003.gguf", "", 0},
		{"a.gguf model.safetensors config.json", "a.gguf", 1},
		{"model.safetensors config.json", "config.json", 2},
		{"model.safetensors model-00001-of-00001.safetensors model.safetensors.index.json config.json", "config.json", 3},
		{"model.safetensors model-00001-of-00001.safetensors config.json", "config.json", 2},
		{"model.safetensors", "", 0},
	} {
		r := Repository{ID: "a/b"}
		for name := range strings.FieldsSeq(c.names) {
			r.Files = append(r.Files, RemoteFile{Name: name})
		}
		files, _, err := r.Choose(Want{ID: "a/b"})
		if (err == nil) != (c.want != "") || err == nil && (files[0].Name != c.want || len(files) != c.n) {
			t.Errorf("%s: %+v, %v", c.names, files, err)
		}
	}
}

func TestSpeedIsOfTheLastSeconds(t *testing.T) {
	now := time.Unix(1000, 0)
	var last Progress
	m := newMeter("a/b", func(p Progress) { last = p })
	m.now = func() time.Time { return now }
	m.begin(500, 100_000)
	if last.Done != 500 || last.Left() != 0 {
		t.Errorf("it begins with %+v", last)
	}
	tick := func(n int, bytes int64) {
		for range n {
			now = now.Add(time.Second)
			m.add(bytes)
		}
	}
	tick(20, 100)
	if last.BytesPerSecond != 100 {
		t.Errorf("at 100 a second it says %d", last.BytesPerSecond)
	}
	tick(6, 1000)
	if last.BytesPerSecond != 1000 {
		t.Errorf("at 1000 a second it says %d", last.BytesPerSecond)
	}
	if last.Left() != time.Duration(100_000-8500)*time.Millisecond {
		t.Errorf("%v are left of %+v", last.Left(), last)
	}
	m.forget(3000)
	tick(1, 1000)
	if last.BytesPerSecond != 1000 || last.Done != 6500 {
		t.Errorf("after a part was lost: %+v", last)
	}
}

// A hub's description decides which names become paths.
func FuzzInfo(f *testing.F) {
	f.Add(`{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"a.gguf","size":5,"lfs":{"sha256":"00","size":5}},{"rfilename":"../x.gguf"}]}`)
	f.Add(`{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"m-00001-of-99999.gguf","size":-5},{"rfilename":"config.json","size":1e30}]}`)
	f.Add(`{"sha":1}`)
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseInfo("a/b", []byte(s))
		if err != nil {
			return
		}
		for _, file := range r.Files {
			if !isSafeName(file.Name) || file.Bytes < 0 || file.blob != "" && !isHex(file.blob, 40) && !isHex(file.blob, 64) {
				t.Errorf("took %+v", file)
			}
		}
		if files, _, err := r.Choose(Want{ID: "a/b"}); err == nil && len(files) == 0 {
			t.Error("chose nothing")
		}
	})
}

// A note's names become paths that are removed.
func FuzzNote(f *testing.F) {
	f.Add(`{"id":"a/b","pin":{"id":"a/b","revision":"00","files":[{"name":"x.gguf","sha256":"0x00","bytes":1}]},"got":[{"commit":"00","name":"x.gguf","blob":"../x"}]}`)
	f.Add(`{"pin":{"id":"../..","revision":"..","files":[{"name":"/x.gguf"}]}}`)
	f.Add(`{"id":"a/b","models":[{"pin":{"id":"a/b@fp16"}},{"pin":{"id":"a/b#x.safetensors","revision":"00","files":[{"name":"../x"}]}},{"pin":{"id":"c/d"}}]}`)
	f.Add(`{"id":"https://h/x","models":[{"pin":{"id":"https://h/x","revision":"00","files":[{"name":"x"}]}}],"got":[{"for":"..","commit":"00","name":"x"}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := parseNote([]byte(s))
		if !ok {
			return
		}
		for _, e := range n.Models {
			if r, err := parseID(e.Pin.ID); err != nil || r.home != n.ID || strings.ContainsAny(e.Pin.Revision, "./\\") {
				t.Errorf("took %+v of %q", e.Pin, n.ID)
			}
			for _, f := range e.Pin.Files {
				if !isSafeName(f.Name) {
					t.Errorf("took the file %q", f.Name)
				}
			}
		}
		for _, g := range n.Got {
			if !isSafeName(g.Name) || strings.ContainsAny(g.Commit+g.Blob, "./\\") {
				t.Errorf("took %+v", g)
			}
		}
	})
}

func FuzzJournal(f *testing.F) {
	f.Add(`{"size":10,"chunk":4,"done":[4,4,2]}`, int64(10))
	f.Add(`{"size":10,"chunk":-4,"done":[]}`, int64(10))
	f.Add(`{"size":9223372036854775807,"chunk":1,"done":[1]}`, int64(10))
	f.Fuzz(func(t *testing.T, s string, size int64) {
		var j journal
		if size < 0 || json.Unmarshal([]byte(s), &j) != nil || !j.fits(size, size) {
			return
		}
		if have := j.have(); have < 0 || have > size {
			t.Errorf("%d of %d", have, size)
		}
	})
}
