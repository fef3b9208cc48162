FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE ./
COPY scripts ./scripts
COPY frontend ./frontend
COPY server ./server
# This image has no Node: the build hook asks for the wheel that brings one, for this stage alone.
RUN pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir /wheels .

FROM python:3.11-slim
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels chainrule
RUN useradd --system --uid 10001 chainrule && install --directory --owner chainrule /data
USER chainrule
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/health', timeout=4)"]
CMD ["chainrule", "serve", "--host", "0.0.0.0", "--port", "8000", "--data", "/data"]
