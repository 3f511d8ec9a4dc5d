package task

// DemoModel is the model that the program makes itself, for networks that
// cannot reach a real one.
const DemoModel = "helium/demo"

// Settings is a generation with nothing left open, which the engine runs.
type Settings struct {
	MaxNewTokens       int
	DoSample           bool // false: the likeliest token, and no other field but RepetitionPenalty chooses
	NumBeams           int
	Temperature        float64 // above 0
	TypicalP           float64
	TopK               int // 0 keeps all
	TopP               float64
	MinP               float64
	RepetitionPenalty  float64
	NumReturnSequences int
	StopStrings        []string
}

// newGPT and Settings are the one place where defaults are: newGPT those of the
// document, which Normalised shows, Settings those of the run.
func newGPT() *GPT { return &GPT{DType: DTypeAuto} }

// Settings fills in what the task leaves open: from the model's own generation
// config (nil if it has none), then from transformers' defaults. Length and
// number of choices never come from the model, so that the price is known from
// the task alone.
func (g *GPT) Settings(model *GenerationConfig) Settings {
	s := Settings{
		Temperature:       1,
		TypicalP:          1,
		TopK:              50,
		TopP:              1,
		RepetitionPenalty: 1,
		NumBeams:          1,
	}
	s.overlay(model)
	s.MaxNewTokens, s.NumReturnSequences = 256, 1
	s.overlay(g.GenerationConfig)

	if s.Temperature == 0 || s.TopP == 0 { // only the likeliest token is left
		s.DoSample = false
	}
	if s.Temperature == 0 {
		s.Temperature = 1
	}
	return s
}

func (s *Settings) overlay(c *GenerationConfig) {
	if c == nil {
		return
	}
	set(&s.MaxNewTokens, c.MaxNewTokens)
	set(&s.DoSample, c.DoSample)
	set(&s.NumBeams, c.NumBeams)
	set(&s.Temperature, c.Temperature)
	set(&s.TypicalP, c.TypicalP)
	set(&s.TopK, c.TopK)
	set(&s.TopP, c.TopP)
	set(&s.MinP, c.MinP)
	set(&s.RepetitionPenalty, c.RepetitionPenalty)
	set(&s.NumReturnSequences, c.NumReturnSequences)
	if c.StopStrings != nil {
		s.StopStrings = c.StopStrings
	}
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// TokensPerUnit is the length of a unit of GPT work.
const TokensPerUnit = 256

// UnitsRoundedUp is the work that a task may need, for its price: new tokens of
// all its choices or beams together in units of 256, at least 1.
func UnitsRoundedUp(g *GPT) uint32 {
	s := g.Settings(nil)
	tokens := uint64(s.MaxNewTokens) * uint64(max(s.NumReturnSequences, s.NumBeams))
	return uint32((tokens + TokensPerUnit - 1) / TokensPerUnit)
}

// MinVRAMGB is the least memory of a card that the network draws for a task: 8,
// as Helium's bridge asks for GPT, and 1 for the demo model.
func MinVRAMGB(g *GPT) uint16 {
	if g.Model == DemoModel {
		return 1
	}
	return 8
}
