# One demo: a page of its own. Your own demo may stand here: servers, a database, a name. It needs an output `url`.

terraform {
  # Where the state is kept is said in stack.yml. For a team: s3, azurerm, gcs, pg, …
  backend "local" {}
}

variable "title" {
  type        = string
  description = "What people call the demo."
}

variable "folder" {
  type        = string
  description = "The folder that a web server shows under `url`."
}

variable "url" {
  type        = string
  description = "Where people find it."
}

locals {
  # What somebody typed is text on the page, never a part of it.
  safe_title = replace(replace(replace(var.title, "&", "&amp;"), "<", "&lt;"), ">", "&gt;")
}

# Built into Terraform: no provider has to be fetched.
resource "terraform_data" "page" {
  input            = { title = var.title, folder = var.folder }
  triggers_replace = [var.title, var.folder]

  provisioner "local-exec" {
    command = "mkdir -p \"$FOLDER\" && printf '%s' \"$PAGE\" > \"$FOLDER/index.html\""
    environment = {
      FOLDER = self.input.folder
      PAGE   = templatefile("${path.module}/page.html.tftpl", { title = local.safe_title })
    }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "rm -rf -- \"$FOLDER\""
    environment = { FOLDER = self.output.folder }
  }
}

output "url" {
  value      = var.url
  depends_on = [terraform_data.page]
}
