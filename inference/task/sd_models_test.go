package task

import (
	"slices"
	"testing"
)

func TestATaskListsTheModelsThatItNames(t *testing.T) {
	s, err := ParseSD([]byte(`{
		"base_model": {"name": "a/base", "variant": "fp16"}, "unet": "a/unet", "prompt": "x", "vae": "https://example.com/vae.safetensors",
		"task_config": {}, "lora": {"model": "a/loras", "weight_file_name": "one.safetensors"},
		"controlnet": {"model": "a/control", "image_dataurl": "data:image/png;base64,AA"},
		"refiner": {"model": "a/base", "variant": "fp16"}, "textual_inversion": "a/word"}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range s.Models() {
		got = append(got, string(m.Role)+" "+m.ID())
		if m.IsURL() != (m.Role == RoleVAE) {
			t.Errorf("%s is a URL: %v", m.Name, m.IsURL())
		}
	}
	want := []string{
		"base_model a/base@fp16", "unet a/unet", "vae https://example.com/vae.safetensors",
		"lora a/loras#one.safetensors", "controlnet a/control", "refiner a/base@fp16", "textual_inversion a/word",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}

	alone, err := ParseSD([]byte(`{"base_model": "a/base", "prompt": "x", "task_config": {}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := alone.Models(); len(got) != 1 || got[0] != (NamedModel{Role: RoleBase, Name: "a/base"}) {
		t.Errorf("a task of one model names %v", got)
	}
}
