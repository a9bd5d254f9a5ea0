// Says on the page that a device key could not be used; allauth alone writes it to the console.
document.addEventListener('allauth.error', function (event) {
  event.preventDefault()
  const sentence = document.getElementById('key-error')
  sentence.hidden = false
  sentence.scrollIntoView({ block: 'nearest' })
})
