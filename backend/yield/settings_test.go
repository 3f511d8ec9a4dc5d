package yield

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestNoSettingsAreTheDefaults(t *testing.T) {
	s, err := ParseSettings([]byte(`{}`))
	if err != nil || !reflect.DeepEqual(s, Defaults()) {
		t.Errorf("got %+v, %v", s, err)
	}
	if !s.Fullscreen.Pause || !s.Graphics.Pause || s.Hours.Limit || s.Person.Pause {
		t.Errorf("the defaults are %+v", s)
	}
}

func TestSettingsAreReadAndTidied(t *testing.T) {
	s, err := ParseSettings([]byte(`{
		"programs": [" Blender ", "blender.exe", "obs64.exe"], "graphics": {"percent": 50},
		"hours": {"limit": true, "days": ["sun", "mon"], "from": "09:00", "to": "08:59"}, "finish": "always"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.Programs, want.Graphics.Percent, want.Finish = []string{"Blender", "obs64.exe"}, 50, FinishAlways
	want.Hours = HoursRule{Limit: true, Days: []Day{Monday, Sunday}, From: "09:00", To: "08:59"}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v, want %+v", s, want)
	}
}

func TestWrongSettingsAreRefusedByName(t *testing.T) {
	for text, want := range map[string]string{
		``:                                                       "EOF",
		`[]`:                                                     "cannot unmarshal",
		`{} {}`:                                                  "more after",
		`{"fullscren": {"pause": true}}`:                         "fullscren",
		`{"battery": {"pause": "yes"}}`:                          "pause",
		`{"graphics": {"percent": 4}}`:                           "graphics.percent is 4",
		`{"graphics": {"percent": 96}}`:                          "graphics.percent is 96",
		`{"heat": {"celsius": 300}}`:                             "heat.celsius is 300",
		`{"person": {"idle_minutes": 0}}`:                        "person.idle_minutes is 0",
		`{"programs": [""]}`:                                     "programs has an empty name",
		`{"programs": ["C:\\games\\a.exe"]}`:                     "programs has",
		`{"programs": ["a\u0000"]}`:                              "programs has",
		`{"fullscreen": {"except": [" "]}}`:                      "fullscreen.except has an empty name",
		`{"hours": {"from": "24:00"}}`:                           "hours.from is",
		`{"hours": {"to": "7:00"}}`:                              "hours.to is",
		`{"hours": {"to": "22:00"}}`:                             "both 22:00",
		`{"hours": {"days": ["mon","mon"]}}`:                     "hours.days is",
		`{"hours": {"days": ["moonday"]}}`:                       "hours.days is",
		`{"hours": {"limit": true, "days": []}}`:                 "never work",
		`{"finish": "later"}`:                                    "finish is",
		`{"programs": ["` + strings.Repeat("a", 129) + `"]}`:     "over 128 bytes",
		`{"programs": [` + strings.Repeat(`"a",`, 100) + `"a"]}`: "programs has 101",
		`{"programs": ["` + strings.Repeat("a", maxSettingsBytes) + `"`: "over 65536 bytes",
	} {
		if _, err := ParseSettings([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %q in it", text, err, want)
		}
	}
}

// What was read and is written is read again as it was.
func FuzzParseSettings(f *testing.F) {
	whole, err := json.Marshal(Defaults())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"programs":["a.EXE","A"],"hours":{"days":["sat","fri"],"from":"00:00","to":"23:59"}}`))
	f.Add([]byte(`{"fullscreen":{"except":null}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSettings(b)
		if err != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseSettings(again)
		if err != nil || !reflect.DeepEqual(back, s) {
			t.Fatalf("%s is read as %+v, then as %+v, %v", b, s, back, err)
		}
	})
}
