{{/* Labels and annotations of every object, and of every pod. Selectors use the label `app` alone, as those of the original. */}}

{{/* Of an object: (list . "component") */}}
{{- define "network-mapper.metadata" -}}
{{- $root := index . 0 -}}
labels:
  app.kubernetes.io/component: {{ index . 1 }}
  {{- include "network-mapper.labels" $root | nindent 2 }}
annotations:
  {{- include "network-mapper.annotations" $root | nindent 2 }}
{{- end }}

{{- define "network-mapper.labels" -}}
app.kubernetes.io/name: network-mapper
app.kubernetes.io/part-of: otterize
app.kubernetes.io/version: {{ .Chart.Version | quote }}
{{- with .Values.global.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "network-mapper.annotations" -}}
app.kubernetes.io/version: {{ .Chart.Version | quote }}
{{- with .Values.global.commonAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Of a pod: (list . "name" "component") */}}
{{- define "network-mapper.podMetadata" -}}
{{- $root := index . 0 -}}
labels:
  app: {{ index . 1 }}
  app.kubernetes.io/component: {{ index . 2 }}
  {{- include "network-mapper.labels" $root | nindent 2 }}
  {{- with $root.Values.global.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  {{- include "network-mapper.annotations" $root | nindent 2 }}
  {{- with $root.Values.global.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
