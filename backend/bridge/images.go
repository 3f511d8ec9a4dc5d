package bridge

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/inference/diffusion"
	"helium/inference/gpt"
	"helium/inference/task"
)

// imagesRequest is the body of /v1/images/generations: OpenAI's fields that the
// network can honour, the task format's under its own names, and OpenAI's others
// at the value that means nothing. Any other field is refused by name.
type imagesRequest struct {
	Model  string  `json:"model"`
	Prompt *string `json:"prompt"`
	N      *int    `json:"n"`
	Size   *string `json:"size"` // WIDTHxHEIGHT

	Stream        bool `json:"stream"`
	PartialImages *int `json:"partial_images"` // of each image, while it is made

	// The task format's.
	Variant          string          `json:"variant"`
	DType            json.RawMessage `json:"dtype"`
	NegativePrompt   json.RawMessage `json:"negative_prompt"`
	Steps            json.RawMessage `json:"steps"`
	Seed             *int64          `json:"seed"`
	CFG              json.RawMessage `json:"cfg"`
	SafetyChecker    json.RawMessage `json:"safety_checker"`
	UNet             json.RawMessage `json:"unet"`
	VAE              json.RawMessage `json:"vae"`
	LoRA             json.RawMessage `json:"lora"`
	ControlNet       json.RawMessage `json:"controlnet"`
	Scheduler        json.RawMessage `json:"scheduler"`
	Refiner          json.RawMessage `json:"refiner"`
	TextualInversion json.RawMessage `json:"textual_inversion"`

	// Helium is what this network adds.
	Helium *heliumOptions `json:"helium"`

	labels

	// Accepted at their neutral value only: see neutral.
	ResponseFormat    *string `json:"response_format"`
	OutputFormat      *string `json:"output_format"`
	OutputCompression *int    `json:"output_compression"`
	Quality           *string `json:"quality"`
	Style             *string `json:"style"`
	Background        *string `json:"background"`
	Moderation        *string `json:"moderation"`
}

// maxPartialImages is OpenAI's limit.
const maxPartialImages = 3

func decodeImages(body []byte) (*imagesRequest, error) {
	var r imagesRequest
	if err := decodeBody(body, &r); err != nil {
		return nil, err
	}
	return &r, r.neutral()
}

// neutral refuses what would change the answer and can't be honoured.
func (r *imagesRequest) neutral() error {
	for _, f := range []struct {
		name  string
		value *string
		known []string
		why   string
	}{
		{"response_format", r.ResponseFormat, []string{"b64_json"}, "must be b64_json: this bridge has no public addresses for images"},
		{"output_format", r.OutputFormat, []string{"png"}, "must be png"},
		{"quality", r.Quality, []string{"auto", "standard"}, "must be auto: use steps"},
		{"style", r.Style, nil, "is not supported by this network: describe the style in the prompt"},
		{"background", r.Background, []string{"auto", "opaque"}, "must be auto or opaque: this network's models know no transparency"},
		{"moderation", r.Moderation, []string{"auto"}, "must be auto: use safety_checker"},
	} {
		if f.value == nil {
			continue
		}
		known := false
		for _, v := range f.known {
			known = known || v == *f.value
		}
		if !known {
			return badField(f.name, f.why)
		}
	}
	switch {
	case r.Prompt == nil || *r.Prompt == "":
		return badField("prompt", "is missing: say what the image shows")
	case r.OutputCompression != nil && *r.OutputCompression != 100:
		return badField("output_compression", "must be 100: PNG files lose nothing")
	case r.PartialImages != nil && (*r.PartialImages < 0 || *r.PartialImages > maxPartialImages):
		return badField("partial_images", fmt.Sprintf("must be 0 to %d", maxPartialImages))
	case r.PartialImages != nil && *r.PartialImages > 0 && !r.Stream:
		return badField("partial_images", "needs stream to be true")
	}
	return nil
}

// task makes the task document of the request. As with OpenAI there is one image
// if nothing is said, and without a seed each request gives others.
func (r *imagesRequest) task() (*task.SD, error) {
	config := map[string]any{"num_images": 1, "seed": randomSeed()}
	if r.N != nil {
		config["num_images"] = *r.N
	}
	if r.Seed != nil {
		config["seed"] = *r.Seed
	}
	if r.Size != nil && *r.Size != "auto" {
		width, height, err := sizeField(*r.Size)
		if err != nil {
			return nil, err
		}
		config["image_width"], config["image_height"] = width, height
	}
	document := map[string]any{"base_model": map[string]any{"name": r.Model, "variant": r.Variant}, "prompt": *r.Prompt, "task_config": config}
	if r.Variant == "" {
		document["base_model"] = r.Model
	}
	given := func(in map[string]any, name string, raw json.RawMessage) {
		if raw != nil {
			in[name] = raw
		}
	}
	given(config, "steps", r.Steps)
	given(config, "cfg", r.CFG)
	given(config, "safety_checker", r.SafetyChecker)
	given(document, "dtype", r.DType)
	given(document, "negative_prompt", r.NegativePrompt)
	given(document, "unet", r.UNet)
	given(document, "vae", r.VAE)
	given(document, "lora", r.LoRA)
	given(document, "controlnet", r.ControlNet)
	given(document, "scheduler", r.Scheduler)
	given(document, "refiner", r.Refiner)
	given(document, "textual_inversion", r.TextualInversion)

	raw, err := json.Marshal(document)
	if err != nil {
		return nil, badField("", "the body is not a JSON object: "+err.Error())
	}
	s, err := task.ParseSD(raw)
	return s, asFieldError(err)
}

func sizeField(text string) (width, height int, err error) {
	w, h, ok := strings.Cut(text, "x")
	width, errW := strconv.Atoi(w)
	height, errH := strconv.Atoi(h)
	if !ok || errW != nil || errH != nil {
		return 0, 0, badField("size", fmt.Sprintf("is %.40q: it must be like 512x512, or auto", text))
	}
	return width, height, nil
}

func (b *Bridge) imagesOrder(req *imagesRequest) (order, error) {
	s, err := req.task()
	if err != nil {
		return order{}, err
	}
	offer, err := req.Helium.offer()
	if err != nil {
		return order{}, err
	}
	if err := req.labels.check(); err != nil {
		return order{}, err
	}
	o, err := b.sdOrder(s, offer)
	o.context = req.labels.context()
	return o, asFieldError(err)
}

// sdOrder has a document drawn. What nodes would refuse is refused here, before
// it costs anything: a *task.FieldError names the document's field.
func (b *Bridge) sdOrder(s *task.SD, o offer) (order, error) {
	if err := diffusion.Check(s); err != nil {
		var field *task.FieldError
		if errors.As(err, &field) {
			return order{}, field
		}
		var refused *gpt.Error
		if errors.As(err, &refused) {
			err = refused.Err
		}
		return order{}, badField("", err.Error())
	}
	var pins []protocol.ModelPin
	var base Model
	seen := map[string]bool{}
	for _, named := range s.Models() {
		id := named.ID()
		if seen[id] {
			continue
		}
		seen[id] = true
		if named.Role == task.RoleBase {
			var err error
			if base, err = b.modelFor(id, true); err != nil {
				return order{}, err
			}
			pins = append(pins, base.Pin)
			continue
		}
		pin, ok := b.pin(id)
		if !ok {
			return order{}, &task.FieldError{
				Field: string(named.Role), Problem: fmt.Sprintf("names %.200q, whose files this bridge doesn't know", id),
				Hint: "ask its operator to fetch it with helium model download",
			}
		}
		pins = append(pins, pin)
	}
	return order{
		size: creator.Size{Type: protocol.StableDiffusion, Units: task.SDUnitsRoundedUp(s), MinVRAMGB: base.MinVRAMGB},
		task: s.Normalised(), model: base.Pin.ID, models: pins, images: s.Config.Images, offer: o,
	}, nil
}

// imageGenerations makes a task of the request and answers when it is verified,
// or streams what the images look like while they are made.
func (b *Bridge) imageGenerations(w http.ResponseWriter, r *http.Request) error {
	who, body, err := b.receive(w, r, maxImagesBody)
	if err != nil {
		return err
	}
	req, err := decodeImages(body)
	if err != nil {
		return err
	}
	t, err := b.start(r, who, body, func() (order, error) { return b.imagesOrder(req) })
	if err != nil {
		return err
	}

	fee := tellFee(w, t)
	answer := imagesReply{created: b.now().Unix(), size: "512x512"}
	if req.Size != nil && *req.Size != "auto" {
		answer.size = *req.Size
	}
	if req.Helium != nil {
		answer.helium = &heliumAnswer{Receipt: t.ID(), Fee: amountOf(fee)}
	}
	if req.Stream {
		partial := 0
		if req.PartialImages != nil {
			partial = *req.PartialImages
		}
		err = b.streamImages(w, r, t, answer, partial)
	} else {
		err = b.wholeImages(w, r, t, answer)
	}
	if r.Context().Err() != nil {
		b.left(t, req.Helium)
	}
	return err
}

// maxImagesBody bounds a request's body, which may hold a ControlNet's image.
const maxImagesBody = 8 << 20

// wholeImages answers once, with verified images.
func (b *Bridge) wholeImages(w http.ResponseWriter, r *http.Request, t *creator.Task, answer imagesReply) error {
	verified, err := b.verified(r, t, answer.helium)
	if err != nil {
		return err
	}
	images, err := readImages(verified)
	if err != nil {
		return fmt.Errorf("read response of %s: %w", t.ID(), err)
	}
	return answerJSON(w, answer.whole(images))
}

// readImages reads what was verified before.
func readImages(response []byte) ([][]byte, error) {
	var r task.SDResponse
	if err := json.Unmarshal(response, &r); err != nil {
		return nil, err
	}
	return r.Images, nil
}

// imagesReply makes OpenAI's objects of one request.
type imagesReply struct {
	created int64
	size    string
	// helium is left out for callers that know nothing of it.
	helium *heliumAnswer
}

// head is what every object says of its images.
func (a imagesReply) head() map[string]any {
	return map[string]any{"background": "opaque", "output_format": "png", "quality": "auto", "size": a.size}
}

func (a imagesReply) whole(images [][]byte) map[string]any {
	data := make([]map[string]any, len(images))
	for i, file := range images {
		data[i] = map[string]any{"b64_json": base64.StdEncoding.EncodeToString(file)}
	}
	out := a.head()
	out["created"], out["data"] = a.created, data
	if a.helium != nil {
		out["helium"] = a.helium
	}
	return out
}

// event is one of a stream. OpenAI streams one image; which one of several it is
// about is said besides.
func (a imagesReply) event(kind string, image int, file []byte) map[string]any {
	out := a.head()
	out["type"], out["created_at"], out["image_index"] = kind, a.created, image
	out["b64_json"] = base64.StdEncoding.EncodeToString(file)
	return out
}

// streamImages sends previews as they come, and the images when they are
// verified; what happens to the task as in the stream of a text.
func (b *Bridge) streamImages(w http.ResponseWriter, r *http.Request, t *creator.Task, answer imagesReply, partial int) error {
	s := newSSE(w, r, t.ID())
	views := previews{most: partial, sent: map[int]int{}}
	return b.forward(s, r, t, answer.helium, func(e creator.Event) {
		if e.Stage == stageRetry {
			clear(views.sent)
		}
		s.image(e, answer, &views)
	})
}

// previews chooses which of an image's previews are sent, evenly over its steps.
type previews struct {
	most int
	sent map[int]int // by image
}

func (p *previews) wants(image, step, steps int) bool {
	if p.sent[image] >= p.most || steps == 0 || step*(p.most+1) < steps*(p.sent[image]+1) {
		return false
	}
	p.sent[image]++
	return true
}

const (
	partialImage = "image_generation.partial_image"
	wholeImage   = "image_generation.completed"
)

func (s *sse) image(e creator.Event, answer imagesReply, views *previews) {
	switch e.Stage {
	case creator.StageDelta:
		if !s.verified && e.Preview != nil && views.wants(e.Choice, e.Step, e.Steps) {
			out := answer.event(partialImage, e.Choice, e.Preview)
			out["partial_image_index"] = views.sent[e.Choice] - 1
			s.namedEvent(partialImage, out)
		}
		if s.named && e.Steps > 0 {
			s.namedEvent("helium.progress", map[string]int{"image": e.Choice, "step": e.Step, "steps": e.Steps})
		}
	case creator.StageVerified:
		images, err := readImages(e.Response)
		if err != nil {
			s.fail(creator.Event{Reason: &protocol.Reason{Code: "bad_response", Title: "The nodes agreed on something that is not an answer"}})
			return
		}
		for i, file := range images {
			out := answer.event(wholeImage, i, file)
			if answer.helium != nil {
				out["helium"] = answer.helium
			}
			s.namedEvent(wholeImage, out)
		}
		s.tellVerified(e, nil)
	default:
		s.event(e)
	}
}
