package task

// SD is a Stable Diffusion task. What ParseSD returns is valid; a value made by
// hand is only as good as its fields.
type SD struct {
	Version          string // of the format that the document says it follows; changes nothing
	BaseModel        BaseModel
	DType            DType
	UNet             string // a model to take the UNet from; empty if the base model's
	Prompt           string // never empty
	NegativePrompt   string
	Config           SDConfig
	LoRA             *LoRA       // nil if none
	ControlNet       *ControlNet // nil if none
	Scheduler        Scheduler
	VAE              string   // a model to take the VAE from; empty if the base model's
	Refiner          *Refiner // nil if none
	TextualInversion string   // a model; empty if none
}

// SDVersion is the version of a document that names none.
const SDVersion = "2.5.0"

// Percent is a share, 1 to 100.
type Percent int

// BaseModel is what makes the images. A model is named, here and elsewhere, by
// a Hugging Face id or the URL of a file.
type BaseModel struct {
	Name    string // never empty
	Variant string // of the repository's files, as in fp16; empty if the plain ones
}

// SDConfig is how many images of what kind.
type SDConfig struct {
	Width, Height int   // in pixels; any 32 bits, see Refusals
	Steps         int   // 1 to 100
	Seed          int64 // 0 to MaxSDSeed
	Images        int   // 1 to MaxImages
	SafetyChecker bool  // blacken what the checker flags
	CFG           float64
}

// MaxSDSeed is the largest seed of a Stable Diffusion task, MaxImages the most
// images.
const (
	MaxSDSeed = 1<<31 - 1
	MaxImages = 10
)

// LoRA changes the base model.
type LoRA struct {
	Model      string // never empty
	WeightFile string // which of the model's files; empty if it has one
	Weight     Percent
}

// ControlNet guides the images by another one.
type ControlNet struct {
	Model      string // never empty
	Variant    string
	DataURL    string // the other image, see Picture; may be empty
	Weight     Percent
	Preprocess *Preprocess // nil if the image is used as it is
}

// Refiner finishes what the base model began.
type Refiner struct {
	Model   string // never empty
	Variant string
	Cutoff  Percent // the base model's share of the denoising, unless there is a ControlNet: then the refiner goes over finished images
	Steps   int     // 1 to 100
}

// newSD, newLoRA, newControlNet, newRefiner, newPreprocessArgs and newScheduler
// are the one place where defaults are. They are Helium's: later versions of the
// format have one step where it has 25, for other models.
func newSD() *SD {
	return &SD{
		Version:   SDVersion,
		DType:     DTypeAuto,
		Config:    SDConfig{Width: 512, Height: 512, Steps: 25, Images: 6, SafetyChecker: true, CFG: 5},
		Scheduler: newScheduler(),
	}
}

func newLoRA() *LoRA             { return &LoRA{Weight: 100} }
func newControlNet() *ControlNet { return &ControlNet{Weight: 70} }
func newRefiner() *Refiner       { return &Refiner{Cutoff: 80, Steps: 20} }

// Normalised is the document with Helium's defaults filled in: compact JSON in
// one fixed order, no HTML escapes. What came after Helium is left out where it
// says nothing. Equal tasks give equal bytes, and parsing them gives the task
// again.
func (s *SD) Normalised() []byte {
	var w writer
	w.open('{')
	if s.Version != SDVersion {
		w.key("version")
		w.text(s.Version)
	}
	w.key("base_model")
	w.baseModel(s.BaseModel)
	if s.DType != DTypeAuto {
		w.key("dtype")
		w.text(string(s.DType))
	}
	w.optText("unet", s.UNet)
	w.key("prompt")
	w.text(s.Prompt)
	w.key("negative_prompt")
	w.text(s.NegativePrompt)
	w.key("task_config")
	w.sdConfig(s.Config)
	w.key("lora")
	w.lora(s.LoRA)
	w.key("controlnet")
	w.controlNet(s.ControlNet)
	if s.Scheduler != newScheduler() {
		w.key("scheduler")
		w.scheduler(s.Scheduler)
	}
	w.key("vae")
	w.text(s.VAE)
	w.key("refiner")
	w.refiner(s.Refiner)
	w.key("textual_inversion")
	w.text(s.TextualInversion)
	w.close('}')
	return w.b
}

// MarshalJSON is Normalised, for embedding in other documents.
func (s *SD) MarshalJSON() ([]byte, error) { return s.Normalised(), nil }

// UnmarshalJSON is ParseSD.
func (s *SD) UnmarshalJSON(data []byte) error {
	parsed, err := ParseSD(data)
	if err != nil {
		return err
	}
	*s = *parsed
	return nil
}

// baseModel writes a model without a variant as Helium did.
func (w *writer) baseModel(m BaseModel) {
	if m.Variant == "" {
		w.text(m.Name)
		return
	}
	w.open('{')
	w.key("name")
	w.text(m.Name)
	w.key("variant")
	w.text(m.Variant)
	w.close('}')
}

func (w *writer) sdConfig(c SDConfig) {
	w.open('{')
	w.key("image_width")
	w.integer(int64(c.Width))
	w.key("image_height")
	w.integer(int64(c.Height))
	w.key("steps")
	w.integer(int64(c.Steps))
	w.key("seed")
	w.integer(c.Seed)
	w.key("num_images")
	w.integer(int64(c.Images))
	w.key("safety_checker")
	w.boolean(c.SafetyChecker)
	w.key("cfg")
	if whole := int64(c.CFG); float64(whole) == c.CFG { // Helium had no others
		w.integer(whole)
	} else {
		w.float(c.CFG)
	}
	w.close('}')
}

func (w *writer) lora(l *LoRA) {
	if l == nil {
		w.null()
		return
	}
	w.open('{')
	w.key("model")
	w.text(l.Model)
	w.optText("weight_file_name", l.WeightFile)
	w.key("weight")
	w.integer(int64(l.Weight))
	w.close('}')
}

func (w *writer) controlNet(c *ControlNet) {
	if c == nil {
		w.null()
		return
	}
	w.open('{')
	w.key("model")
	w.text(c.Model)
	w.optText("variant", c.Variant)
	w.key("image_dataurl")
	w.text(c.DataURL)
	w.key("weight")
	w.integer(int64(c.Weight))
	w.key("preprocess")
	w.preprocess(c.Preprocess)
	w.close('}')
}

func (w *writer) refiner(r *Refiner) {
	if r == nil {
		w.null()
		return
	}
	w.open('{')
	w.key("model")
	w.text(r.Model)
	w.optText("variant", r.Variant)
	w.key("denoising_cutoff")
	w.integer(int64(r.Cutoff))
	w.key("steps")
	w.integer(int64(r.Steps))
	w.close('}')
}
