{{/* A value by its path, as {"is": …}; without `is` when it is not set: (list .Values "a.b.c") */}}
{{- define "network-mapper.value" -}}
{{- $value := index . 0 -}}
{{- range splitList "." (index . 1) -}}
  {{- $inside := kindIs "map" $value | ternary $value dict -}}
  {{- $value = hasKey $inside . | ternary (index $inside .) nil -}}
{{- end -}}
{{- dict "is" $value | toJson -}}
{{- end }}

{{/* A value as text: lists are separated by blanks, and whole numbers are not written with an exponent. */}}
{{- define "network-mapper.text" -}}
{{- if kindIs "slice" . -}}
  {{- join " " . -}}
{{- else if kindIs "float64" . -}}
  {{- int64 . -}}
{{- else -}}
  {{- . -}}
{{- end -}}
{{- end }}

{{/* The variables that values set, by a generated table of paths and names: (list . "mapper") */}}
{{- define "network-mapper.options" -}}
{{- $root := index . 0 -}}
{{- range $path, $name := include (printf "network-mapper.optionsOf.%s" (index . 1)) $root | fromYaml }}
{{- $value := (include "network-mapper.value" (list $root.Values $path) | fromJson).is }}
{{- if eq $path "global.workloadNameOverrideAnnotationName" }}
{{- $value = default $value $root.Values.global.serviceNameOverrideAnnotationName }}
{{- end }}
{{- if not (kindIs "invalid" $value) }}
- name: {{ $name }}
  value: {{ include "network-mapper.text" $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* What every pod has. */}}
{{- define "network-mapper.commonEnvironment" -}}
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
{{- range $path, $name := dict "enabled" "OTTERIZE_TELEMETRY_ENABLED" "usage.enabled" "OTTERIZE_TELEMETRY_USAGE_ENABLED" "errors.enabled" "OTTERIZE_TELEMETRY_ERRORS_ENABLED" }}
{{- $value := (include "network-mapper.value" (list $.Values (printf "global.telemetry.%s" $path)) | fromJson).is }}
{{- if not (kindIs "invalid" $value) }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Node's heap: three fifths of the container's limit of memory; the rest is for its code, buffers and stacks. Nothing without a limit.
(list . .Values.mapper.resources)
*/}}
{{- define "network-mapper.heap" -}}
{{- $limit := dig "limits" "memory" "" (default dict (index . 1)) | toString -}}
{{- $units := dict "" 1 "k" 1000 "Ki" 1024 "M" 1000000 "Mi" 1048576 "G" 1000000000 "Gi" 1073741824 -}}
{{- $unit := regexFind "[A-Za-z]*$" $limit -}}
{{- $number := trimSuffix $unit $limit -}}
{{- if and $number (hasKey $units $unit) }}
- name: NODE_OPTIONS
  value: --max-old-space-size={{ divf (mulf (float64 $number) (get $units $unit) 0.6) 1048576 | floor | int }}
{{- end }}
{{- end }}

{{/* How agents reach the mapper, show it who they are, and know it. */}}
{{- define "network-mapper.mapperEnvironment" -}}
- name: OTTERIZE_MAPPER_API_URL
  value: {{ ternary "https://otterize-network-mapper:9443/query" "http://otterize-network-mapper:9090/query" (not (empty .Values.mapper.tls.secretName)) }}
- name: OTTERIZE_MAPPER_API_TOKEN_FILE
  value: /var/run/secrets/network-mapper/token
{{- if .Values.mapper.tls.secretName }}
- name: OTTERIZE_MAPPER_API_CA_FILE
  value: /var/run/secrets/network-mapper/ca.crt
{{- end }}
{{- end }}

{{- define "network-mapper.tokenMount" -}}
- name: mapper-token
  mountPath: /var/run/secrets/network-mapper
  readOnly: true
{{- end }}

{{- define "network-mapper.tokenVolume" -}}
- name: mapper-token
  projected:
    sources:
      - serviceAccountToken:
          audience: network-mapper
          expirationSeconds: 3600
          path: token
      {{- with .Values.mapper.tls.secretName }}
      - secret:
          name: {{ . }}
          items:
            - key: {{ $.Values.mapper.tls.caKey }}
              path: ca.crt
      {{- end }}
{{- end }}
