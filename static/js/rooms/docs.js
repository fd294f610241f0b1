// The API's documentation: Swagger UI, which its own script has put in the window.

const place = document.querySelector("#swagger");

window.SwaggerUIBundle({
  url: place.dataset.openapi,
  domNode: place,
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
