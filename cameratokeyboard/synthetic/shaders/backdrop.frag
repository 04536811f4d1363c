#version 330
in vec2 uv;
uniform sampler2D picture;
uniform float gain;
out vec4 colour;
void main() { colour = vec4(texture(picture, uv).rgb * gain, 1.0); }
