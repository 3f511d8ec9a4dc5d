package diffusion_test

import (
	"fmt"
	"strings"
	"testing"

	"helium/inference/diffusion"
	"helium/inference/ggml"
	"helium/inference/gpt"
)

// A plan is exact on a processor, so that two parts at once would be more than
// the largest of them.
func TestNoTwoPartsAreHeldAtOnce(t *testing.T) {
	files, _, _ := xlFiles(t)
	for name, files := range map[string]map[string]string{"stable diffusion 1": nil, "stable diffusion xl": files} {
		c := newCompute(t, 1)
		p, err := diffusion.Open(c, at(folder(t, files)), diffusion.Options{Network: exact})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		s := made(t, `"steps":2,"num_images":2`, "")
		plan, err := p.Plan(s)
		if err != nil {
			t.Fatal(err)
		}
		if held := c.Held(); held.Total() != 0 || c.Peak() != 0 {
			t.Errorf("%s: %+v are held, and %d bytes were, before a run", name, held, c.Peak())
		}

		unet, decoder := plan[len(plan)-2], plan[len(plan)-1]
		holds := func(when string, want diffusion.PartMemory) {
			held := c.Held()
			if held.Weights == 0 || held.Weights > want.Weights || held.Work > want.Work {
				t.Errorf("%s: %+v are held %s, planned are %+v", name, held, when, want)
			}
		}
		_, err = p.Run(t.Context(), s, diffusion.Hooks{
			Step:  func(diffusion.Progress) { holds("in a step", unet) },
			Image: func(int, diffusion.Image) { holds("with an image", decoder) },
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: the plan is %d bytes, at most %d were held", name, plan.Bytes(), c.Peak())
		if c.Peak() > plan.Bytes() || c.Peak() < plan.Bytes()*9/10 {
			t.Errorf("%s: %d bytes were held, planned are %d: %+v", name, c.Peak(), plan.Bytes(), plan)
		}
		if held := c.Held(); held != (ggml.Memory{}) {
			t.Errorf("%s: %+v are held after a run", name, held)
		}
	}
}

func TestAPartWithoutRoomIsNamed(t *testing.T) {
	err := diffusion.Failed(fmt.Errorf("load unet: %w: the card has no 3440 MB", ggml.ErrNoMemory))
	if gpt.CodeOf(err) != gpt.CodeOutOfMemory || !strings.Contains(err.Error(), "load unet") {
		t.Errorf("%v, want out_of_memory of the unet", err)
	}
}
