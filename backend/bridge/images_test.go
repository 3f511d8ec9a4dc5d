package bridge

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/inference/task"
)

const paint = `{"model":"helium/demo-images","prompt":"a lighthouse"}`

// whiteDot is an image of 64 white points.
const whiteDot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAD0lEQVR4nGP4jwMwDC0JALoev0Ewkwr8AAAAAElFTkSuQmCC"

// paintWith is paint with more fields, or others.
func paintWith(fields string) string { return strings.TrimSuffix(paint, "}") + "," + fields + "}" }

func TestRequestsForImagesAreRefusedByField(t *testing.T) {
	b, key := open(t)
	for name, c := range map[string]struct {
		path, body string
		status     int
		param      string
		says       string
	}{
		"no prompt":         {"images/generations", `{"model":"helium/demo-images"}`, 400, "prompt", "is missing"},
		"unknown field":     {"images/generations", paintWith(`"mask":"x"`), 400, "mask", "not supported"},
		"unknown model":     {"images/generations", strings.Replace(paint, "helium/demo-images", "dall-e-3", 1), 404, "model", "dall-e-3"},
		"model of texts":    {"images/generations", strings.Replace(paint, "helium/demo-images", "helium/demo", 1), 400, "model", "/v1/chat/completions"},
		"model of images":   {"chat/completions", strings.Replace(ask, "helium/demo", "helium/demo-images", 1), 400, "model", "/v1/images/generations"},
		"too many":          {"images/generations", paintWith(`"n":11`), 400, "n", "11"},
		"too many pixels":   {"images/generations", paintWith(`"n":5,"size":"1536x1536"`), 400, "n", "at most 4"},
		"odd size":          {"images/generations", paintWith(`"size":"513x512"`), 400, "size", "513"},
		"no size":           {"images/generations", paintWith(`"size":"large"`), 400, "size", "512x512"},
		"huge size":         {"images/generations", paintWith(`"size":"99999999999999999999x512"`), 400, "size", "512x512"},
		"address":           {"images/generations", paintWith(`"response_format":"url"`), 400, "response_format", "b64_json"},
		"webp":              {"images/generations", paintWith(`"output_format":"webp"`), 400, "output_format", "png"},
		"quality":           {"images/generations", paintWith(`"quality":"hd"`), 400, "quality", "steps"},
		"style":             {"images/generations", paintWith(`"style":"vivid"`), 400, "style", "prompt"},
		"transparent":       {"images/generations", paintWith(`"background":"transparent"`), 400, "background", "opaque"},
		"moderation":        {"images/generations", paintWith(`"moderation":"low"`), 400, "moderation", "safety_checker"},
		"compression":       {"images/generations", paintWith(`"output_compression":50`), 400, "output_compression", "100"},
		"partial, whole":    {"images/generations", paintWith(`"partial_images":1`), 400, "partial_images", "stream"},
		"partial, many":     {"images/generations", paintWith(`"stream":true,"partial_images":4`), 400, "partial_images", "0 to 3"},
		"steps":             {"images/generations", paintWith(`"steps":0`), 400, "steps", "1"},
		"type of steps":     {"images/generations", paintWith(`"steps":"many"`), 400, "steps", "number"},
		"lora without name": {"images/generations", paintWith(`"lora":{}`), 400, "lora.model", ""},
		"unknown lora":      {"images/generations", paintWith(`"lora":{"model":"someone/other"}`), 400, "lora", "helium model download"},
		"no control image":  {"images/generations", paintWith(`"controlnet":{"model":"x/y","image_dataurl":"data:,"}`), 400, "controlnet.image_dataurl", "data URL"},
		"preprocessor":      {"images/generations", paintWith(`"controlnet":{"model":"x/y","image_dataurl":"` + whiteDot + `","preprocess":{"method":"openpose"}}`), 400, "", "controlnet.preprocess.method"},
		"prompt":            {"images/generations", strings.Replace(paint, "a lighthouse", `(\"a\", \"b\").blend(1, 1)`, 1), 400, "", "prompt"},
		"data after":        {"images/generations", paint + "{}", 400, "", "after"},

		"task of no type": {"tasks", `{"task":{}}`, 400, "type", "gpt or sd"},
		"no document":     {"tasks", `{"type":"sd"}`, 400, "task", ""},
		"bad document":    {"tasks", `{"type":"sd","task":{"base_model":"helium/demo-images","prompt":"","task_config":{}}}`, 400, "task.prompt", ""},
		"odd document":    {"tasks", `{"type":"sd","task":{"base_model":"helium/demo-images","prompt":"x","task_config":{"image_width":513}}}`, 400, "task.task_config.image_width", "513"},
		"bad text":        {"tasks", `{"type":"gpt","task":{"model":"helium/demo"}}`, 400, "task.messages", ""},
		"wrong kind":      {"tasks", `{"type":"gpt","task":{"model":"helium/demo-images","messages":[{"role":"user","content":"x"}]}}`, 400, "model", "images"},
		"more in task":    {"tasks", `{"type":"gpt","task":{},"x":1}`, 400, "x", "not supported"},

		"dear": {"images/generations", paintWith(`"helium":{"max_fee":"0.5"}`), 402, "helium.max_fee", "1 CNX"},
		"poor": {"images/generations", paintWith(`"lora":{"model":"someone/lora","weight_file_name":"a.safetensors"}`), 503, "", "too little CNX"},
		"task": {"tasks", `{"type":"sd","task":{"base_model":"helium/demo-images","prompt":"x","task_config":{"num_images":1}}}`, 503, "", "too little CNX"},
	} {
		resp, body := b.call(t, call{"POST", "/v1/" + c.path, c.body, bearer(key)})
		var got struct {
			Error struct{ Message, Param string }
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s: not JSON: %s", name, body)
			continue
		}
		if resp.StatusCode != c.status || got.Error.Param != c.param || !strings.Contains(got.Error.Message, c.says) {
			t.Errorf("%s: got %d %s, want %d of %q saying %q", name, resp.StatusCode, body, c.status, c.param, c.says)
		}
	}
}

func TestARequestForImagesBecomesATask(t *testing.T) {
	r, err := decodeImages([]byte(paintWith(`"n":2,"size":"640x384","seed":7,"steps":9,"cfg":1.5,"negative_prompt":"fog","safety_checker":false,
		"variant":"fp16","scheduler":{"method":"LCMScheduler"},"vae":"a/vae","user":"me","quality":"standard","response_format":"b64_json"`)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.task()
	if err != nil {
		t.Fatal(err)
	}
	want := task.SDConfig{Width: 640, Height: 384, Steps: 9, Seed: 7, Images: 2, CFG: 1.5}
	if s.Config != want || s.Prompt != "a lighthouse" || s.NegativePrompt != "fog" || s.VAE != "a/vae" ||
		s.BaseModel != (task.BaseModel{Name: "helium/demo-images", Variant: "fp16"}) || s.Scheduler.Method != task.SchedulerLCM {
		t.Errorf("got %s", s.Normalised())
	}

	plain, err := decodeImages([]byte(paint))
	if err != nil {
		t.Fatal(err)
	}
	first, _ := plain.task()
	second, _ := plain.task()
	if first.Config.Images != 1 || first.Config.Width != 512 || !first.Config.SafetyChecker || first.Config.Seed == second.Config.Seed {
		t.Errorf("without more said: %s and %s", first.Normalised(), second.Normalised())
	}
}

func TestImagesArePriced(t *testing.T) {
	b, key := open(t)
	resp, body := b.call(t, call{"POST", "/v1/estimate", paintWith(`"n":4,"size":"1024x1024"`), bearer(key)})
	var got Estimate
	if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != 200 || got.Units != 16 || got.Model != "helium/demo-images" {
		t.Errorf("got %d %s, %v", resp.StatusCode, body, err)
	}
}

func TestAStreamOfImagesIsOpenAIs(t *testing.T) {
	response := (&task.SDResponse{Images: [][]byte{[]byte("first"), []byte("second")}}).Bytes()
	events := []creator.Event{
		{Stage: creator.StageDelta, Step: 1, Steps: 8},
		{Stage: creator.StageDelta, Step: 2, Steps: 8, Preview: []byte("early")},
		{Stage: creator.StageDelta, Step: 4, Steps: 8, Preview: []byte("half")},
		{Stage: creator.StageDelta, Step: 6, Steps: 8, Preview: []byte("late")},
		{Stage: creator.StageDelta, Choice: 1, Step: 4, Steps: 8, Preview: []byte("other")},
		{Stage: creator.StageVerified, TaskID: 4, At: time.Second, Response: response},
		{Stage: creator.StageDelta, Step: 8, Steps: 8, Preview: []byte("too late")},
		{Stage: creator.StageSettled, TaskID: 4, Receipt: &protocol.Receipt{Fee: protocol.CNX(1)}},
	}
	w := httptest.NewRecorder()
	s := newSSE(w, httptest.NewRequest(http.MethodPost, "/", nil), "req_1")
	views := previews{most: 1, sent: map[int]int{}}
	for _, e := range events {
		s.image(e, imagesReply{created: 7, size: "512x512"}, &views)
	}

	var got []string
	for block := range strings.SplitSeq(w.Body.String(), "\n\n") {
		name, data, ok := strings.Cut(strings.TrimPrefix(block, "event: "), "\ndata: ")
		if !ok {
			continue
		}
		var e struct {
			Type    string `json:"type"`
			B64     string `json:"b64_json"`
			Index   int    `json:"image_index"`
			Partial int    `json:"partial_image_index"`
			Size    string `json:"size"`
		}
		if err := json.Unmarshal([]byte(data), &e); err != nil || e.Type != name || e.Size != "512x512" {
			t.Errorf("event %s: %s, %v", name, data, err)
		}
		file, _ := base64.StdEncoding.DecodeString(e.B64)
		got = append(got, strings.TrimPrefix(e.Type, "image_generation.")+" "+string(rune('0'+e.Index))+string(rune('0'+e.Partial))+" "+string(file))
	}
	want := []string{"partial_image 00 half", "partial_image 10 other", "completed 00 first", "completed 10 second"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q, of\n%s", got, want, w.Body)
	}
	if !strings.HasSuffix(w.Body.String(), ": helium stage=settled task=4 fee=1 refunded=0\n\ndata: [DONE]\n\n") {
		t.Errorf("it ends with\n%s", w.Body)
	}
}

func FuzzImagesRequest(f *testing.F) {
	f.Add([]byte(paint))
	f.Add([]byte(paintWith(`"n":2,"size":"640x384","lora":{"model":"x"},"scheduler":null`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeImages(body)
		if err != nil {
			return
		}
		s, err := r.task()
		if err != nil {
			return
		}
		again, err := task.ParseSD(s.Normalised())
		if err != nil || !bytes.Equal(again.Normalised(), s.Normalised()) {
			t.Errorf("%s reads back as %v", s.Normalised(), err)
		}
	})
}
